from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visualsearch", "0014_workers_settings"),
    ]

    operations = [
        migrations.AlterField(
            model_name="finding",
            name="kind",
            field=models.CharField(
                choices=[
                    ("twin", "listed twice?"),
                    ("shared", "one picture, several objects"),
                    ("stranger", "unlike the others"),
                    ("small", "too small"),
                    ("failed", "failed"),
                    ("place", "says where it was taken"),
                ],
                max_length=8,
                verbose_name="kind",
            ),
        ),
    ]
