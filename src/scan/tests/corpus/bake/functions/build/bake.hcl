function "tags" {
  params = [name]
  result = [for v in ["1", "latest"] : "ghcr.io/acme/${name}:${v}"]
}
target "x" {
  tags = tags("x") // both
  attest = ["type=sbom,generator=acme/sbom:1"]
  args = { BASE = "acme/none:1" }
}
