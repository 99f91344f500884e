from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visualsearch", "0012_photo_means"),
    ]

    operations = [
        migrations.AlterField(
            model_name="embedding",
            name="object_key",
            field=models.CharField(max_length=255),
        ),
        migrations.AlterField(
            model_name="embedding",
            name="picture_key",
            field=models.CharField(max_length=255),
        ),
        migrations.AlterField(
            model_name="finding",
            name="object_key",
            field=models.CharField(max_length=255),
        ),
        migrations.AlterField(
            model_name="finding",
            name="other_object_key",
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AlterField(
            model_name="finding",
            name="other_picture_key",
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AlterField(
            model_name="finding",
            name="picture_key",
            field=models.CharField(max_length=255),
        ),
        migrations.AlterField(
            model_name="jobfailure",
            name="object_key",
            field=models.CharField(max_length=255),
        ),
        migrations.AlterField(
            model_name="lease",
            name="object_key",
            field=models.CharField(max_length=255),
        ),
        migrations.AlterField(
            model_name="reindexjob",
            name="cursor",
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AlterField(
            model_name="syncrequest",
            name="object_key",
            field=models.CharField(max_length=255),
        ),
    ]
