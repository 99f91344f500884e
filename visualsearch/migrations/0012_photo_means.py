from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visualsearch", "0011_forget_calibrations"),
    ]

    operations = [
        migrations.CreateModel(
            name="PhotoMean",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=100)),
                ("fingerprint", models.CharField(max_length=100)),
                ("count", models.FloatField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("photos", models.BinaryField()),
                ("pictures", models.BinaryField()),
                ("pictures_read", models.DateTimeField(null=True)),
                ("updated", models.DateTimeField(auto_now=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("source", "fingerprint"), name="visualsearch_one_photo_mean")
                ],
            },
        ),
    ]
