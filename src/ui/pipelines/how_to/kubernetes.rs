//! The lines for clusters.

use super::names::Names;
use super::shell::{QUIET, into_variable, quoted};
use super::{Block, Client};
use crate::domain::trust_rule::Provider;

/// An image pull secret.
pub(super) fn secret(names: &Names) -> Client {
    let address = &names.address;
    let url = format!("{address}/api/v1/kubernetes-secret?name=regcred&namespace=default");
    let fetch = into_variable("secret", "REGCRED_TOKEN", &[], &url);
    Client {
        name: "Kubernetes image pull secret",
        note: "The secret is a copy. Run this again, for example from a job in the cluster, to pick up rotated secrets. With --server-side no second copy stays in an annotation, and --force-conflicts takes over a secret that something else made.",
        blocks: vec![
            Block {
                id: "kubernetes",
                before: "The kubelet compares paths as text: it uses a credential for acme for acmeco, too, and other readers use it for the whole registry. Add &image= to have only the credential that serves exactly that image:",
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
        note: "The kubelet runs docker-credential-regcred for each image, and is given the credential for exactly that repository; no secret is stored in the cluster. Put the program into the folder of --image-credential-provider-bin-dir, and this into the file of --image-credential-provider-config, on every node.",
        blocks: vec![
            Block { id: "kubelet", before: "", lines: provider_config(names) },
            Block {
                id: "kubelet-service-account",
                before: "With a trust rule for Kubernetes, the pod's service account is the proof, and the node needs no token. Instead of REGCRED_TOKEN_FILE, from Kubernetes 1.34 on:",
                lines: format!(
                    "    tokenAttributes:\n      serviceAccountTokenAudience: {audience}\n      cacheType: Token\n      requireServiceAccount: true\n      requiredServiceAccountAnnotationKeys:\n        - regcred/pipeline"
                ),
            },
            Block {
                id: "kubelet-access",
                before: "The kubelet needs this rule to ask for such tokens, and without the rule it never runs the program. Apply it with kubectl:",
                lines: access(&audience),
            },
            Block {
                id: "kubelet-annotation",
                before: "And in the metadata of the service account:",
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
