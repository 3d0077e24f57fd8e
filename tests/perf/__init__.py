"""Speed, as ratios: ``python -m tests.perf`` prints every aim beside what was measured. Nothing here fails a test."""
