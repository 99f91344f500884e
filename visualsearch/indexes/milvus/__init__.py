"""From vectors and declared attributes to a Milvus cluster that all hosts share, and back to the nearest rows."""
