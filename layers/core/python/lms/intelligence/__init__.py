"""What computes with the layer `intelligence`: embeddings, and grading by no language model; for workers."""
