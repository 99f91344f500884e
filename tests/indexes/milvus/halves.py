"""Milvus Lite that keeps vectors of halves at its door, as a cluster does: `python -m tests.indexes.milvus.halves`.

Only the protocol is a cluster's; behind it are Lite's floats.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from milvus_lite.adapter.grpc import server
from milvus_lite.adapter.grpc.servicer import MilvusServicer
from pymilvus.grpc_gen import common_pb2, milvus_pb2, schema_pb2

FLOATS, HALVES = schema_pb2.FloatVector, schema_pb2.Float16Vector


class HalvesServicer(MilvusServicer):  # type: ignore[misc]
    """Turns halves into floats on the way in, and back on the way out."""

    def GetVersion(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        return milvus_pb2.GetVersionResponse(status=common_pb2.Status(), version="v2.6.4")

    def CreateCollection(self, request: Any, context: Any) -> Any:  # noqa: N802
        schema = schema_pb2.CollectionSchema.FromString(request.schema)
        assert [field.data_type for field in schema.fields].count(HALVES) == 1
        _retype(schema, HALVES, FLOATS)
        request.schema = schema.SerializeToString()
        return super().CreateCollection(request, context)

    def DescribeCollection(self, request: Any, context: Any) -> Any:  # noqa: N802
        described = super().DescribeCollection(request, context)
        _retype(described.schema, FLOATS, HALVES)
        return described

    def Upsert(self, request: Any, context: Any) -> Any:  # noqa: N802
        for field in request.fields_data:
            if field.type == HALVES:
                values = np.frombuffer(field.vectors.float16_vector, "<f2").astype(np.float32)
                field.type, dimensions = FLOATS, field.vectors.dim
                field.vectors.Clear()
                field.vectors.dim = dimensions
                field.vectors.float_vector.data.extend(values.tolist())
        return super().Upsert(request, context)

    def Search(self, request: Any, context: Any) -> Any:  # noqa: N802
        group = common_pb2.PlaceholderGroup.FromString(request.placeholder_group)
        (place,) = group.placeholders
        assert place.type == common_pb2.PlaceholderType.Float16Vector
        place.type = common_pb2.PlaceholderType.FloatVector
        place.values[:] = [np.frombuffer(value, "<f2").astype("<f4").tobytes() for value in place.values]
        request.placeholder_group = group.SerializeToString()
        return super().Search(request, context)

    def Query(self, request: Any, context: Any) -> Any:  # noqa: N802
        found = super().Query(request, context)
        for field in found.fields_data:
            if field.type == FLOATS:
                halves = np.array(field.vectors.float_vector.data, "<f2").tobytes()
                field.type, dimensions = HALVES, field.vectors.dim
                field.vectors.Clear()
                field.vectors.dim, field.vectors.float16_vector = dimensions, halves
        return found


def _retype(schema: Any, before: int, after: int) -> None:
    for field in schema.fields:
        if field.data_type == before:
            field.data_type = after


if __name__ == "__main__":
    server.MilvusServicer = HalvesServicer
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir")
    parser.add_argument("--port", type=int)
    arguments = parser.parse_args()
    server.run_server(arguments.data_dir, "127.0.0.1", arguments.port, max_workers=1)
