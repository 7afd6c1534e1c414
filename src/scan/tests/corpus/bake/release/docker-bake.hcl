# release
variable "REGISTRY" {
  default = "ghcr.io/acme"
}
variable "TAG" {}

group "default" {
  targets = ["api", "web"]
}

target "_common" {
  platforms = ["linux/amd64"]
  output = ["type=registry"]
}

target "api" {
  inherits = ["_common"]
  tags = [
    "${REGISTRY}/api:1",
    "${REGISTRY}/api:${TAG}",
  ]
  cache-from = ["type=registry,ref=${REGISTRY}/api:cache"]
  cache-to   = [{ type = "registry", ref = "${REGISTRY}/api:cache" }]
  contexts = {
    base = "docker-image://alpine:3.20"
    src  = "target:web"
  }
}

target "web" {
  name = "web-${item.name}"
  matrix = {
    item = [{ name = "a", tag = "1" }, { name = "b", tag = "2" }]
  }
  tags = ["acme/web-${item.name}:${item.tag}"]
  dockerfile-inline = <<EOT
FROM ghcr.io/acme/base:1
COPY --from=busybox /bin/sh /sh
EOT
}
