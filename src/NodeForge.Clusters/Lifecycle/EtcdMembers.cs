using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Clusters.Nodes;

namespace NodeForge.Clusters.Lifecycle;

/// <summary>etcd's members, asked of a control plane's own etcd through its JSON gateway (etcd documentation, "gRPC gateway").</summary>
/// <remarks>kubectl makes the calls: it is in every node, and node images have no other program that speaks HTTP with client
/// certificates.</remarks>
/// <param name="controlPlane">Whose etcd is asked.</param>
/// <param name="patience">How long it is asked again; null for as long as an election may take on a busy machine.</param>
internal sealed class EtcdMembers(ClusterNode controlPlane, TimeSpan? patience = null)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Election = TimeSpan.FromSeconds(45);

    private const string Certificates = "/etc/kubernetes/pki/etcd/";

    /// <summary>Takes a member out; one that is not there is fine.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.EtcdMemberStuck"/>.</exception>
    public async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        NodeForgeException? stuck = null;
        // etcd drops what it is asked while it has no leader, as after the death of the one that is to go, and leaves who asked waiting
        // (raft: "no leader at term; dropping proposal").
        if (!await Polling.UntilAsync(Again, patience ?? Election, TryAsync, cancellationToken).ConfigureAwait(false))
            throw stuck!;

        async Task<bool> TryAsync()
        {
            try
            {
                await RemoveOnceAsync(name, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (NodeForgeException failure) when (failure.Is(ErrorCodes.EtcdMemberStuck))
            {
                stuck = failure;
                return false;
            }
        }
    }

    private async Task RemoveOnceAsync(string name, CancellationToken cancellationToken)
    {
        JsonNode? list = await CallAsync(name, "/v3/cluster/member/list", [], cancellationToken).ConfigureAwait(false);
        if (
            ((list as JsonObject)?["members"] as JsonArray ?? [])
                .OfType<JsonObject>()
                .FirstOrDefault(member => member["name"] is JsonValue called && called.TryGetValue(out string? text) && text == name)
                ?["ID"] is
            { } id
        )
            await CallAsync(name, "/v3/cluster/member/remove", new() { ["ID"] = id.DeepClone() }, cancellationToken).ConfigureAwait(false);
    }

    private async Task<JsonNode?> CallAsync(string name, string path, JsonObject body, CancellationToken cancellationToken)
    {
        // Without --kubeconfig the node's own would add another client certificate. By name: etcd listens on the loopback address of the
        // node's family.
        string[] command =
        [
            "kubectl",
            "--kubeconfig=/dev/null",
            "--server=https://localhost:2379",
            $"--certificate-authority={Certificates}ca.crt",
            $"--client-certificate={Certificates}healthcheck-client.crt",
            $"--client-key={Certificates}healthcheck-client.key",
            "--request-timeout=5s",
            "create",
            "--raw",
            path,
            "-f",
            "-",
        ];
        ProgramOutcome outcome = await controlPlane.TryRunAsync(command, body.ToJsonString(), cancellationToken).ConfigureAwait(false);
        try
        {
            if (outcome.ExitCode == 0)
                return JsonNode.Parse(outcome.Output, documentOptions: new() { AllowDuplicateProperties = false });
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // the latter: half a surrogate pair
        {
            // Told below with what came instead.
        }

        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.EtcdMemberStuck, "the control plane could not be taken out of etcd")
            {
                Where = new(name, Detail: $"{path}, asked of {controlPlane.Name}"),
                Got = $"{outcome.Errors} {outcome.Output}".Trim(),
                Hint = "start the other control planes, so that more than half of etcd's members run, and try again",
            }
        );
    }
}
