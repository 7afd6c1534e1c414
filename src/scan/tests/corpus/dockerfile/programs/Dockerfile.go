# For the service in Go.
FROM golang:1.22 AS build
