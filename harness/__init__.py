"""Shadow Harness: replay production inputs to two models and see where the open one breaks down."""
