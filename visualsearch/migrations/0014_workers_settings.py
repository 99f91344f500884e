from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visualsearch", "0013_longer_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="heartbeat",
            name="embedder",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="heartbeat",
            name="index",
            field=models.CharField(blank=True, max_length=500),
        ),
    ]
