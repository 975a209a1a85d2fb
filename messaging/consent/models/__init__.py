"""The register of consent."""
