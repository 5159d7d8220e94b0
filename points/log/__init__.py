"""The sealed log: dense numbers over committed facts, a Merkle tree over their leaves, signed checkpoints, proofs."""
