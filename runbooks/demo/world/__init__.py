"""A small estate of real servers on loopback that can be broken for real: what scripts/demo and the demo tests run against."""
