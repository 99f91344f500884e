"""Everything that can go wrong, in one tree.

VisualSearchError
├── InvalidImage            the bytes are not a picture that can be searched with
│   ├── UnsupportedFormat   a file of a known type that is not read
│   ├── ImageTooLarge       too many bytes
│   │   └── TooManyPixels
│   ├── ImageTooSlow        decoding takes longer than the settings allow
│   ├── ImageTooSmall       too few pixels to see anything in
│   └── ImageTooPlain       one flat colour: nothing to match
├── InvalidQuery            the question is wrong: box, filter, limit, vector
│   ├── InvalidBox
│   ├── InvalidVector       wrong dimensions, NaN or zero length
│   ├── CannotFetch         nothing that can be used lies at the address
│   │   └── ForbiddenAddress
│   └── SearchForgotten     what was remembered of a photo is too old, or of another embedder
├── UnknownSource           no model is registered under this name
│   └── SourceNotNamed      there are several sources, and none was named
├── AlreadyRegistered       a source has this model or this name already
├── EmbedderUnavailable     the model or its weights cannot be loaded
│   └── InvalidOptions      the setting gives a backend what it does not know
├── EmbedderInUse           the rows of this embedder are needed
├── CannotCalibrate         there is too little to learn from
├── CannotExchange          the wanted index would find less than the one that answers
└── IndexUnavailable        the index cannot answer now
    ├── TooManySearches     as many run in this process as may at once, or a caller has had its part
    ├── DecoderUnavailable  every decoder is busy, or none can be started
    ├── JournalRewound      the journal ends before what the index has read
    ├── CollectionMissing   Milvus has no collection of this name, or has it no more
    └── SnapshotDamaged     the files of a snapshot are torn, foreign or missing
"""

from __future__ import annotations


class VisualSearchError(Exception):
    """The root of all errors of this package; never raised itself."""


class InvalidImage(VisualSearchError):
    """The bytes are not a picture that can be searched with."""


class UnsupportedFormat(InvalidImage):
    """The bytes are a file of a known type that is not read, which the message names."""


class ImageTooLarge(InvalidImage):
    """The picture has more bytes or more pixels than the settings allow."""


class TooManyPixels(ImageTooLarge):
    """The picture has more pixels than the settings allow, or needs more memory than a decoder may use."""


class ImageTooSlow(InvalidImage):
    """Decoding the picture takes longer than the settings allow."""


class ImageTooSmall(InvalidImage):
    """The picture has too few pixels to see anything in."""


class ImageTooPlain(InvalidImage):
    """The picture, or the part of it to search with, is one flat colour: there is nothing to match."""


class InvalidQuery(VisualSearchError):
    """The question cannot be answered as it was put."""


class InvalidBox(InvalidQuery):
    """The box is not a region inside the photo."""


class InvalidVector(InvalidQuery):
    """A vector has the wrong dimensions, is not finite, or has no length."""


class SearchForgotten(InvalidQuery):
    """What was remembered of a photo is too old, changed, or of another embedder: the photo must be sent again."""


class CannotFetch(InvalidQuery):
    """Nothing that can be used lies at the address, or it takes too long; another try may succeed."""


class ForbiddenAddress(CannotFetch):
    """The address is none that may be fetched: its scheme, its port, or where its host is."""


class UnknownSource(InvalidQuery):
    """No model is registered under this name."""


class SourceNotNamed(UnknownSource):
    """There are several sources, and whoever asks must name one."""


class AlreadyRegistered(VisualSearchError):
    """A source has this model or this name already."""


class EmbedderUnavailable(VisualSearchError):
    """The model, its weights or its libraries cannot be loaded; the message says what to do."""


class InvalidOptions(EmbedderUnavailable):
    """The OPTIONS of an embedder's backend have an unknown or missing name, or a wrong value."""


class EmbedderInUse(VisualSearchError):
    """The rows of this embedder answer searches, or are being made for it."""


class CannotCalibrate(VisualSearchError):
    """The shop, or the photos given, are too few or too much alike to learn from."""


class CannotExchange(VisualSearchError):
    """The wanted index does not hold the rows, or finds less than the one that answers: it does not take over."""


class IndexUnavailable(VisualSearchError):
    """The index cannot answer now; asking again later may succeed."""


class TooManySearches(IndexUnavailable):
    """As many searches run in this process as may at once, or a caller's photos took all the time that it may have."""


class DecoderUnavailable(IndexUnavailable):
    """Every decoder of photos is busy, or none can be started; a face answers as when the index is not ready."""


class JournalRewound(IndexUnavailable):
    """The journal ends before what an index has read: the database was restored, and the index must begin anew."""


class CollectionMissing(IndexUnavailable):
    """Milvus has no collection of this name, or has it no more: another took its place."""


class SnapshotDamaged(IndexUnavailable):
    """The files of a snapshot are torn, of another index, or missing."""
