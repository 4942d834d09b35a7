import { z } from "zod";

/** Of the Kubernetes API the fields that our manifests use, each as its reference has it; others are refused. */
const text = z.string().min(1);
const port = z.union([z.int().min(1).max(65_535), text]);
const labels = z.record(z.string(), z.string());
const selector = z.strictObject({ matchLabels: labels });
const quantity = z.string().regex(/^\d+(m|Mi|Gi|Ti)?$/);

const metadata = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/),
  labels,
  annotations: z.record(z.string(), z.string()).optional(),
});
const of = <K extends string, S extends z.ZodRawShape>(apiVersion: string, kind: K, shape: S) =>
  z.strictObject({ apiVersion: z.literal(apiVersion), kind: z.literal(kind), metadata, ...shape });

const probe = z.strictObject({
  httpGet: z.strictObject({ path: z.enum(["/livez", "/readyz"]), port }),
  periodSeconds: z.int().min(1),
  timeoutSeconds: z.int().min(1).optional(),
  failureThreshold: z.int().min(1),
});
const resources = z.strictObject({ cpu: quantity, memory: quantity });

const container = z.strictObject({
  name: text,
  image: z.string().regex(/^[^:]+:(?!latest$)[\w.-]+$/),
  imagePullPolicy: z.enum(["Always", "IfNotPresent", "Never"]),
  args: z.array(text),
  ports: z.array(z.strictObject({ name: text, containerPort: z.int() })),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal("ALL")]) }),
  }),
  env: z.array(z.strictObject({ name: z.string().regex(/^[A-Z0-9_]+$/), value: z.string() })),
  envFrom: z.array(z.strictObject({ secretRef: z.strictObject({ name: text }) })).optional(),
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  resources: z.strictObject({ requests: resources, limits: resources }),
  volumeMounts: z.array(
    z.strictObject({ name: text, mountPath: z.string().startsWith("/"), readOnly: z.boolean().optional() }),
  ),
});

const volume = z.union([
  z.strictObject({
    name: text,
    secret: z.strictObject({
      secretName: text,
      defaultMode: z.literal(0o440),
      items: z.array(z.strictObject({ key: text, path: text })),
    }),
  }),
  z.strictObject({
    name: text,
    emptyDir: z.strictObject({ medium: z.literal("Memory").optional(), sizeLimit: quantity }),
  }),
  z.strictObject({ name: text, persistentVolumeClaim: z.strictObject({ claimName: text }) }),
  z.strictObject({ name: text, configMap: z.strictObject({ name: text }) }),
]);

const podSpec = z.strictObject({
  serviceAccountName: text,
  automountServiceAccountToken: z.literal(false),
  enableServiceLinks: z.literal(false),
  terminationGracePeriodSeconds: z.int().min(30),
  securityContext: z.strictObject({
    runAsNonRoot: z.literal(true),
    runAsUser: z.int().min(1_000),
    runAsGroup: z.int().min(1_000),
    fsGroup: z.int(),
    fsGroupChangePolicy: z.enum(["OnRootMismatch", "Always"]),
    seccompProfile: z.strictObject({ type: z.literal("RuntimeDefault") }),
  }),
  affinity: z.strictObject({
    podAntiAffinity: z.strictObject({
      preferredDuringSchedulingIgnoredDuringExecution: z.array(
        z.strictObject({
          weight: z.int().min(1).max(100),
          podAffinityTerm: z.strictObject({ topologyKey: text, labelSelector: selector }),
        }),
      ),
    }),
  }),
  containers: z.array(container).length(1),
  volumes: z.array(volume),
});

const namespaced = z.strictObject({ namespaceSelector: selector });
const peers = z
  .array(z.union([namespaced, z.strictObject({ ipBlock: z.strictObject({ cidr: z.cidrv4() }) })]))
  .min(1);
const policyPorts = z.array(z.strictObject({ port, protocol: z.enum(["TCP", "UDP"]) })).min(1);

/** By kind. */
export const MANIFESTS = {
  ServiceAccount: of("v1", "ServiceAccount", { automountServiceAccountToken: z.literal(false) }),
  ConfigMap: of("v1", "ConfigMap", { data: z.record(z.string(), z.string()) }),
  Deployment: of("apps/v1", "Deployment", {
    spec: z.strictObject({
      replicas: z.int().min(1),
      revisionHistoryLimit: z.int(),
      strategy: z.strictObject({
        type: z.literal("RollingUpdate"),
        rollingUpdate: z.strictObject({ maxUnavailable: z.literal(0), maxSurge: z.int().min(1) }),
      }),
      selector,
      template: z.strictObject({ metadata: z.strictObject({ labels }), spec: podSpec }),
    }),
  }),
  Service: of("v1", "Service", {
    spec: z.strictObject({
      type: z.literal("ClusterIP"),
      selector: labels,
      ports: z.array(z.strictObject({ name: text, port: z.int(), targetPort: port })),
    }),
  }),
  PodDisruptionBudget: of("policy/v1", "PodDisruptionBudget", {
    spec: z.strictObject({ maxUnavailable: z.int().min(1), selector }),
  }),
  Ingress: of("networking.k8s.io/v1", "Ingress", {
    spec: z.strictObject({
      ingressClassName: text,
      tls: z.array(z.strictObject({ hosts: z.array(text), secretName: text })).min(1),
      rules: z.array(
        z.strictObject({
          host: text,
          http: z.strictObject({
            paths: z.array(
              z.strictObject({
                path: z.string().startsWith("/"),
                pathType: z.enum(["Prefix", "Exact"]),
                backend: z.strictObject({
                  service: z.strictObject({ name: text, port: z.strictObject({ name: text }) }),
                }),
              }),
            ),
          }),
        }),
      ),
    }),
  }),
  NetworkPolicy: of("networking.k8s.io/v1", "NetworkPolicy", {
    spec: z.strictObject({
      podSelector: selector,
      policyTypes: z.array(z.enum(["Ingress", "Egress"])),
      ingress: z.array(z.strictObject({ from: peers, ports: policyPorts })),
      egress: z.array(z.strictObject({ to: peers, ports: policyPorts })),
    }),
  }),
} as const;

export type Deployment = z.output<typeof MANIFESTS.Deployment>;
