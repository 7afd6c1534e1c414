//! The lines for clusters.

use super::names::Names;
use super::shell::{QUIET, into_variable, quoted};
use super::{Block, Client};
use crate::domain::trust_rule::Provider;

pub(super) fn secret(names: &Names) -> Client {
    let address = &names.address;
    let url = format!("{address}/api/v1/kubernetes-secret?name=regcred&namespace=default");
    let fetch = into_variable("secret", "REGCRED_TOKEN", &[], &url);
    Client {
        name: "Kubernetes image pull secret",
        note: "The Kubernetes secret is a copy. Run this again, for example from a job in the cluster, to pick up rotated secrets. --server-side keeps a second copy out of the annotations, and --force-conflicts takes over a secret that something else created.",
        blocks: vec![
            Block {
                id: "kubernetes",
                before: "The kubelet compares paths as text, so a credential for acme also matches acmeco. Other readers use it for the whole registry. Add &image= to get only the credential for that image:",
                lines: format!(
                    "{QUIET}\n{fetch}\nprintf '%s' \"$secret\" |\n  kubectl apply --server-side --force-conflicts -f -"
                ),
            },
            Block {
                id: "kubernetes-pod",
                before: "In the pod, or in its service account:",
                lines: "imagePullSecrets:\n  - name: regcred".to_owned(),
            },
        ],
    }
}

/// The kubelet's own way: nothing is stored in the cluster.
pub(super) fn kubelet(names: &Names) -> Client {
    let Names { pipeline, .. } = names;
    let audience = quoted(names.audience(Provider::Kubernetes));
    Client {
        name: "Kubernetes kubelet",
        note: "The kubelet runs docker-credential-regcred for each image, and gets the credential for that repository only. No secret is stored in the cluster. On every node, put the program into the folder of --image-credential-provider-bin-dir, and this into the file of --image-credential-provider-config.",
        blocks: vec![
            Block { id: "kubelet", before: "", lines: provider_config(names) },
            Block {
                id: "kubelet-service-account",
                before: "With a trust rule for Kubernetes, the pod signs in with its service account, and the node needs no token. Since Kubernetes 1.34, instead of REGCRED_TOKEN_FILE:",
                lines: format!(
                    "    tokenAttributes:\n      serviceAccountTokenAudience: {audience}\n      cacheType: Token\n      requireServiceAccount: true\n      requiredServiceAccountAnnotationKeys:\n        - regcred/pipeline"
                ),
            },
            Block {
                id: "kubelet-access",
                before: "The kubelet needs these permissions to request such tokens, and does not run the program without them. Apply this with kubectl:",
                lines: access(&audience),
            },
            Block {
                id: "kubelet-annotation",
                before: "In the metadata of the service account:",
                lines: format!("annotations:\n  regcred/pipeline: {pipeline}"),
            },
        ],
    }
}

/// Who may have tokens of service accounts for the audience, which is quoted already.
fn access(audience: &str) -> String {
    format!(
        r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: regcred-kubelet
rules:
  - apiGroups: [""]
    resources: [{audience}]
    verbs: ["request-serviceaccounts-token-audience"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: regcred-kubelet
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: regcred-kubelet
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: system:nodes"#
    )
}

fn provider_config(names: &Names) -> String {
    let address = &names.address;
    let images: Vec<String> =
        names.hosts.iter().map(|host| format!("      - {}", quoted(host))).collect();
    format!(
        r"apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: docker-credential-regcred
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    matchImages:
{}
    defaultCacheDuration: 10m0s
    args:
      - kubelet
    env:
      - name: REGCRED_URL
        value: {address}
      - name: REGCRED_TOKEN_FILE
        value: /etc/kubernetes/regcred-token",
        images.join("\n")
    )
}
