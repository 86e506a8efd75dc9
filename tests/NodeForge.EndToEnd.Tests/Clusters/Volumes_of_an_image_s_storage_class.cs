using NodeForge.Clusters.Configuration;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>An image that brings a storage class gives its clusters volumes that outlive their pods.</summary>
/// <remarks>The class is that of older kinds: Kubernetes' own provisioner of host paths, which needs no image and which
/// kube-controller-manager runs where it is told to.</remarks>
[Trait("Category", "Long")]
[Collection(NodeImageCollection.Name)]
public sealed class Volumes_of_an_image_s_storage_class : IDisposable
{
    private const string StorageClass = """
        apiVersion: storage.k8s.io/v1
        kind: StorageClass
        metadata: {name: standard, annotations: {storageclass.kubernetes.io/is-default-class: "true"} }
        provisioner: kubernetes.io/host-path
        """;

    // Of the default class: it names none.
    private const string Claim = """
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: notes}
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi} } }
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("nf-storage-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Keep_what_a_pod_wrote_for_the_next_one()
    {
        string manifest = Path.Combine(folder, "default-storage.yaml");
        await File.WriteAllTextAsync(manifest, StorageClass);
        await using DerivedImage image = await DerivedImage.CommitAsync(
            NodeImage.Reference,
            new Dictionary<string, string> { [manifest] = "/kind/manifests/default-storage.yaml" }
        );
        await using MadeCluster cluster = await MadeCluster.CreateAsync(new ClusterConfig(), image.Reference);
        await Workload.ImportAsync(cluster, cluster.First);

        await cluster.ApplyAsync(Claim);
        await Eventually.EqualAsync(
            "standard|Bound",
            Workload.Patience,
            () => cluster.KubectlAsync("get", "pvc", "notes", "-o", "jsonpath={.spec.storageClassName}|{.status.phase}")
        );

        await RunToItsEndAsync(cluster, "writer", "echo remembered > /notes/it");
        await cluster.KubectlAsync("delete", "pod", "writer", "--wait");
        await RunToItsEndAsync(cluster, "reader", "/bin/busybox cat /notes/it");
        Assert.Equal("remembered", await cluster.KubectlAsync("logs", "reader"));

        // Released with the claim, and the volume goes with it.
        await cluster.KubectlAsync("delete", "pod", "reader", "--wait");
        await cluster.KubectlAsync("delete", "pvc", "notes", "--wait");
        await Eventually.EqualAsync("", Workload.Patience, () => cluster.KubectlAsync("get", "pv", "-o", "name"));
    }

    private static async Task RunToItsEndAsync(MadeCluster cluster, string name, string script)
    {
        await cluster.ApplyAsync(
            $$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: {{name}} }
            spec:
              restartPolicy: Never
              terminationGracePeriodSeconds: 0
              containers:
              - name: sh
                image: {{Workload.Image}}
                imagePullPolicy: Never
                command: [/bin/busybox, sh, -c, "{{script}}"]
                volumeMounts: [{name: notes, mountPath: /notes}]
              volumes: [{name: notes, persistentVolumeClaim: {claimName: notes} }]
            """
        );
        await Eventually.EqualAsync(
            "Succeeded",
            Workload.Patience,
            () => cluster.KubectlAsync("get", "pod", name, "-o", "jsonpath={.status.phase}")
        );
    }
}
