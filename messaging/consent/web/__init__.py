"""The register in the merchant area."""
