"""What follows from a change of the catalogue: thumbnails of a new picture, and no file without its row."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from catalog.models import ProductImage
from catalog.tasks import ask_for_thumbnails
from catalog.thumbnails import delete_thumbnails


@receiver(post_save, sender=ProductImage, dispatch_uid="catalog.make_thumbnails")
def make_thumbnails(sender: type[ProductImage], instance: ProductImage, using: str, raw: bool, **kwargs: Any) -> None:
    """Ask for thumbnails after commit, where the worker can see the row."""
    if raw or not instance.file or instance.thumbnails_of == instance.file.name:
        return
    transaction.on_commit(ask_for_thumbnails, using=using, robust=True)


@receiver(post_delete, sender=ProductImage, dispatch_uid="catalog.delete_file")
def delete_file(sender: type[ProductImage], instance: ProductImage, using: str, **kwargs: Any) -> None:
    """Delete the files after commit, so that a roll-back never leaves a row without its file."""
    file = instance.file

    def delete() -> None:
        if file.name:
            file.storage.delete(file.name)
            delete_thumbnails(file.storage, file.name)

    transaction.on_commit(delete, using=using, robust=True)
