from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visualsearch", "0007_findings"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnmetSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=100)),
                ("fingerprint", models.CharField(max_length=100)),
                ("vector", models.BinaryField()),
                ("created", models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
            options={
                "verbose_name": "search without a close answer",
                "verbose_name_plural": "what shoppers looked for",
                "default_permissions": (),
            },
        ),
    ]
