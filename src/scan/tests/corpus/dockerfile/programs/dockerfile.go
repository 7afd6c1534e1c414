package build

const text = `
FROM alpine:3
COPY --from=acme/tools:1 /a /b
`
