"""The FAISS index against exact search over the same vectors, and against other libraries."""
