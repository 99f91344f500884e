"""What shops have learnt of their scores is in other units now: how far the first result is ahead of the second alone.

A worker learns the units anew by itself, and until then those of the embedder hold; a curve that was fitted on photos
of the shop takes `visualsearch_calibrate --photos` once more.
"""

from typing import Any

from django.db import migrations


def forget(apps: Any, schema_editor: Any) -> None:
    apps.get_model("visualsearch", "Calibration").objects.using(schema_editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("visualsearch", "0010_shared_snapshots"),
    ]

    operations = [
        # The way back forgets too: the old units mean nothing of the new.
        migrations.RunPython(forget, forget),
    ]
