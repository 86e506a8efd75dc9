using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Kubernetes.Kubeadm;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.Kubernetes.Api;

/// <summary>The few calls that creation makes to the API server itself, as an administrator.</summary>
public sealed class KubernetesApi : IDisposable
{
    // A list of a thousand pods has 10 MB.
    private const long LongestAnswer = 64 << 20;

    private readonly HttpClient calls;
    private readonly Uri server;

    public KubernetesApi(Kubeconfig kubeconfig)
    {
        server = kubeconfig.Server;
        using X509Certificate2 client = X509Certificate2.CreateFromPem(kubeconfig.Client.Certificate, kubeconfig.Client.Key);
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(kubeconfig.Authority);
        SslClientAuthenticationOptions tls = new()
        {
            CertificateChainPolicy = policy,
            ClientCertificateContext = SslStreamCertificateContext.Create(
                X509CertificateLoader.LoadPkcs12(client.Export(X509ContentType.Pkcs12), null),
                null,
                offline: true
            ),
        };
        calls = new(
            new SocketsHttpHandler
            {
                SslOptions = tls,
                UseProxy = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            }
        )
        {
            Timeout = TimeSpan.FromSeconds(5),
            MaxResponseContentBufferSize = LongestAnswer,
        };
    }

    /// <summary>What a GET answers, or null while the server does not answer, or not with success.</summary>
    public async Task<string?> TryGetAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await calls.GetAsync(new Uri(server, path), cancellationToken).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.OK
                ? await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)
                : null;
        }
        catch (Exception failure) when (IsSilence(failure, cancellationToken))
        {
            return null;
        }
    }

    /// <summary>Makes a call, whatever it answers.</summary>
    /// <param name="method">GET, POST, PATCH or DELETE.</param>
    /// <param name="path">With its query.</param>
    /// <param name="body">JSON; of a PATCH a merge patch (RFC 7396).</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ApiServerTimeout"/>: it does not answer.</exception>
    public async Task<ApiAnswer> CallAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        string type = method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json";
        using HttpRequestMessage request = new(method, new Uri(server, path))
        {
            Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, type),
        };
        try
        {
            using HttpResponseMessage response = await calls.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return new((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (Exception failure) when (IsSilence(failure, cancellationToken))
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ApiServerTimeout, "the API server does not answer")
                {
                    Where = new(server.OriginalString, Detail: path),
                    Got = failure.Message,
                    Hint = "see whether its node runs: nodeforge get nodes",
                },
                failure
            );
        }
    }

    /// <summary>The nodes that are registered; null while the server does not answer.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ApiAnswerInvalid"/>.</exception>
    public async Task<IReadOnlyList<NodeStatus>?> TryNodesAsync(CancellationToken cancellationToken) =>
        await TryGetAsync(NodeStatus.List, cancellationToken).ConfigureAwait(false) is { } text ? NodeStatus.ParseAll(text) : null;

    /// <summary>The pod ranges of the nodes that are registered, by their names; none for a node that has none yet.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ApiAnswerInvalid"/>.</exception>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> PodRangesAsync(CancellationToken cancellationToken)
    {
        if (await TryGetAsync(NodeStatus.List, cancellationToken).ConfigureAwait(false) is not { } text)
            return new Dictionary<string, IReadOnlyList<string>>();
        return ApiAnswer.Take(
            NodeStatus.List,
            () =>
            {
                using JsonDocument list = JsonDocument.Parse(text);
                return list.RootElement.GetProperty("items").EnumerateArray().ToDictionary(NameOf, RangesOf);
            }
        );

        static string NameOf(JsonElement node) => node.GetProperty("metadata").GetProperty("name").GetString() ?? string.Empty;

        static IReadOnlyList<string> RangesOf(JsonElement node) =>
            node.GetProperty("spec").TryGetProperty("podCIDRs", out JsonElement ranges)
                ? [.. ranges.EnumerateArray().Select(range => range.GetString() ?? string.Empty)]
                : [];
    }

    /// <summary>Takes a label from a node.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ApiServerTimeout"/>, <see cref="ErrorCodes.ApiRefused"/>.</exception>
    public async Task RemoveLabelAsync(string node, string label, CancellationToken cancellationToken)
    {
        JsonObject patch = new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [label] = null } } };
        (await CallAsync(HttpMethod.Patch, $"/api/v1/nodes/{node}", patch, cancellationToken).ConfigureAwait(false)).Accept(
            $"label {label} of {node}"
        );
    }

    /// <summary>Writes on a node where kubeadm finds its runtime.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ApiServerTimeout"/>: it does not answer.</exception>
    public Task<ApiAnswer> AnnotateRuntimeAsync(string node, CancellationToken cancellationToken)
    {
        JsonObject annotations = new() { ["kubeadm.alpha.kubernetes.io/cri-socket"] = KubeadmFiles.RuntimeSocket };
        JsonObject patch = new() { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
        return CallAsync(HttpMethod.Patch, $"/api/v1/nodes/{node}", patch, cancellationToken);
    }

    /// <summary>Makes a service account, whose name pods of a namespace may have.</summary>
    /// <returns>The answer, whatever it is: 409 where there is one.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ApiServerTimeout"/>: it does not answer.</exception>
    public Task<ApiAnswer> CreateServiceAccountAsync(string space, string name, CancellationToken cancellationToken)
    {
        JsonObject account = new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ServiceAccount",
            ["metadata"] = new JsonObject { ["name"] = name },
        };
        return CallAsync(HttpMethod.Post, $"/api/v1/namespaces/{space}/serviceaccounts", account, cancellationToken);
    }

    /// <summary>Sets a node's pod range, unless it has one: the field cannot be changed once it is set.</summary>
    /// <param name="node">Its name.</param>
    /// <param name="range">Of both families, with a comma between, where the cluster has both.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task AssignPodRangeAsync(string node, string range, CancellationToken cancellationToken)
    {
        string[] ranges = range.Split(',');
        JsonObject patch = new()
        {
            ["spec"] = new JsonObject { ["podCIDR"] = ranges[0], ["podCIDRs"] = new JsonArray([.. ranges.Select(part => (JsonNode)part)]) },
        };
        using StringContent body = new(patch.ToString(), Encoding.UTF8, "application/merge-patch+json");
        try
        {
            using HttpResponseMessage response = await calls
                .PatchAsync(new Uri(server, $"/api/v1/nodes/{node}"), body, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception failure) when (IsSilence(failure, cancellationToken))
        {
            // The controller manager gives the node one then.
        }
    }

    public void Dispose() => calls.Dispose();

    // The client ends a call that takes too long as if its caller had.
    private static bool IsSilence(Exception failure, CancellationToken cancellationToken) =>
        failure is HttpRequestException or IOException
        || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
