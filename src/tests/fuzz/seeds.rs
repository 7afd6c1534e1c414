//! What the readers are used to.

pub(super) const NOTES: &[&[u8]] = &[
    "example.com/log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u{2014} example.com/log Az3grlgt\n".as_bytes(),
    b"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
];
pub(super) const WITNESSES: &[&[u8]] = &[
    "\u{2014} witness.example.com/w1 oAWfEQAAAABkGFDLBuRDazBLVac2NE+Y+IjbjQOcXLfF9CSDZVUIoS83rE1nFZsVE8YiWV6Ngr7lV8H6bdoBQGP/l73euDMQ9k+bBQ==\n".as_bytes(),
    b"witness.example.com/w1+a0059f11+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
    b"witness.example.com/w1+a0059f11+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4 https://witness.example.com",
    b"20852014\n",
];
pub(super) const KEPT: &[&[u8]] =
    &[b"acme:12:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"];
pub(super) const HOSTS: &[&[u8]] = &[
    b"ghcr.io",
    b"https://registry.example.com:5000/v2/acme/api",
    b"123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme",
    "bücher.example.com/acme:1.0".as_bytes(),
    b"http://[2001:db8::1]:443/",
    b"docker pull nginx@sha256:0000000000000000000000000000000000000000000000000000000000000000",
];
pub(super) const JWT: &[&[u8]] = &[
    b"eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuY29tIiwiZXhwIjoxfQ.AAAA",
    b"eyJhbGciOiJFUzI1NiJ9.e30.",
    b"..",
];
pub(super) const KEYS: &[&[u8]] = &[
    br#"{"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"AAAA","y":"AAAA","alg":"ES256","use":"sig"}]}"#,
    br#"{"keys":[{"kty":"RSA","kid":"b","n":"AQAB","e":"AQAB"}]}"#,
];
pub(super) const FORWARDED: &[&[u8]] = &[
    b"203.0.113.5, 10.0.0.1:4711, [2001:db8::1]:443, unknown",
    br#"for=203.0.113.5;proto=https;by=10.0.0.1, for="[2001:db8::1]:443", for=_hidden"#,
];
pub(super) const COOKIES: &[&[u8]] =
    &[b"__Host-sid=abc; __Host-known=def; note=\"x\"", b"a=b;;=;c"];
pub(super) const SIGNED: &[&[u8]] = &[
    br#"signature-input: woodpecker-ci-extensions=("@request-target" "content-digest");created=1700000000;alg="ed25519";keyid="woodpecker-ci-extensions"
signature: woodpecker-ci-extensions=:AAAA:
content-digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"#,
    br#"signature: keyId="hmac-key",algorithm="hmac-sha256",signature="AAAA",headers="(request-target) date digest"
date: Tue, 14 Nov 2023 22:13:20 GMT
digest: SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="#,
];
pub(super) const BACKUP: &[&[u8]] = &[
    b"{\"format\":\"regcred-backup\",\"version\":2,\"made_at\":\"2026-11-21T00:00:00Z\",\"database\":\"sqlite\",\"kek_ids\":[\"b976fc652f5fdb1d\"],\"schema\":[],\"tables\":[]}\n[0]\n{\"end\":true,\"rows\":1,\"sha256\":\"00\"}\n",
];
pub(super) const POST: &[&[u8]] = &[
    b"--boundary\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nghcr\r\n--boundary\r\nContent-Disposition: form-data; name=\"key_file\"; filename=\"key.json\"\r\nContent-Type: application/json\r\n\r\n{}\r\n--boundary--\r\n",
];
pub(super) const FILES: &[&[u8]] = &[
    b"--boundary\r\nContent-Disposition: form-data; name=\"files\"; filename=\"ci\\Dockerfile\"\r\nContent-Type: text/plain\r\n\r\nFROM nginx\n\r\n--boundary\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nci.yml\r\n--boundary\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\na: b\r\n\r\n--boundary\r\nContent-Disposition: form-data; name=\"folder\"\r\n\r\n/ci/\r\n--boundary--\r\n",
];
pub(super) const REPORT: &[&[u8]] = &[
    br#"{"version":1,"files":[{"file":"ci.yml","system":"gitlab_ci","sha256":"0000000000000000000000000000000000000000000000000000000000000000"}],"found":[{"file":"ci.yml","line":2,"path":"build.image","job":"build","seen_in":"field","kind":"pulls","what":{"image":{"host":"ghcr.io","repository":"acme/api","tag":"1"}}},{"file":"ci.yml","line":3,"path":"x","seen_in":"script","kind":"pushes","what":{"unresolved":{"variables":[{"name":"TAG","from":"the CI"}],"host":"ghcr.io"}}}],"passwords":[{"file":"ci.yml","line":4,"path":"x","seen_in":"field","field":"password"}],"notes":[],"unread":[{"file":"b.yml","line":1,"reason":"x"}]}"#,
];
pub(super) const QUERY: &[&[u8]] =
    &[b"image=ghcr.io%2Facme%2Fapi&intent=push&registry=a&registry=b", b"q=a+b&sort=name"];
pub(super) const KEY_FILE: &[&[u8]] = &[
    br#"{"type":"service_account","project_id":"acme","private_key_id":"1","private_key":"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n","client_email":"a@acme.iam.gserviceaccount.com"}"#,
    b"eyJ0eXBlIjoic2VydmljZV9hY2NvdW50In0=",
];
pub(super) const TOKENS: &[&[u8]] =
    &[b"rgc_0123456789abcdef_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG", b"rgc_"];
pub(super) const KEK: &[&[u8]] = &[
    b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
    b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    b"b976fc652f5fdb1d",
];
