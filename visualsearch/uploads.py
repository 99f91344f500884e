"""Uploads that no file of a name is made of: whatever becomes of the request or its process, nothing stays behind."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest


class UnnamedFileUploadHandler(FileUploadHandler):
    """Streams an upload into a file without a name in FILE_UPLOAD_TEMP_DIR: it ends with whoever has it open."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Create the file."""
        super().new_file(*args, **kwargs)
        self.file: IO[bytes] = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - Django closes

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write what came."""
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        """Return the whole upload."""
        self.file.seek(0)
        return UploadedFile(
            self.file, self.file_name, self.content_type, file_size, self.charset, self.content_type_extra
        )

    def upload_interrupted(self) -> None:
        """Forget what came."""
        if hasattr(self, "file"):
            self.file.close()


def leave_no_file(request: HttpRequest) -> None:
    """Let no upload of this request become a file with a name; before anything reads its body.

    Handlers of the shop's own stay. Where a middleware has read the body already, Django's own have done their work.
    """
    ours = UnnamedFileUploadHandler(request)
    with suppress(AttributeError):
        request.upload_handlers = [
            ours if type(one) is TemporaryFileUploadHandler else one for one in request.upload_handlers
        ]
        _close_with(request, ours)


def _close_with(request: HttpRequest, handler: UnnamedFileUploadHandler) -> None:
    """Close also what came of an upload whose sender is gone, which Django leaves to the garbage collector."""
    close = request.close

    def close_all() -> None:
        close()
        handler.upload_interrupted()

    request.close = close_all  # type: ignore[method-assign]
