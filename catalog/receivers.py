"""What follows from a change of the catalogue: a picture's file goes when its row has gone."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from catalog.models import ProductImage


@receiver(post_delete, sender=ProductImage, dispatch_uid="catalog.delete_file")
def delete_file(sender: type[ProductImage], instance: ProductImage, using: str, **kwargs: Any) -> None:
    """Delete the file after commit, so that a roll-back never leaves a row without its file."""
    file = instance.file

    def delete() -> None:
        if file.name:
            file.storage.delete(file.name)

    transaction.on_commit(delete, using=using, robust=True)
