variable "TAG" { default = "latest" }
variable "REG" {}
group "default" { targets = ["a", "b"] }
target "base" {
  cache-from = ["type=registry,ref=ghcr.io/acme/cache"]
  contexts = { alpine = "docker-image://alpine:3" }
}
target "a" {
  inherits = ["base"]
  tags = ["ghcr.io/acme/a:${TAG}", REG != "" ? "${REG}/acme/a" : ""]
  output = ["type=registry"]
}
target "b" {
  matrix = { v = ["1", "2"] }
  name = "b-${v}"
  tags = ["acme/b:${v}"]
  args = { BASE = "redis:${v}" }
}
