"""The vote: sealed envelopes, tellers, the count. The reference for every other kind."""
