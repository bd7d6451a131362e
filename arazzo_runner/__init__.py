"""Run, embed and check Arazzo workflows."""
