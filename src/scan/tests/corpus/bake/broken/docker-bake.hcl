target "x" {
  tags = [
