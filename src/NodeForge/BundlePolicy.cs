using System.Text.Json.Nodes;
using NodeForge.Documents.Yaml;
using NodeForge.Oci.Content;
using NodeForge.Signing.Keys;

namespace NodeForge;

/// <summary>What a machine asks of bundles before it takes anything from them.</summary>
/// <param name="Path">The policy's file.</param>
/// <param name="Keys">Any of them has to have signed.</param>
/// <param name="IgnoresExpiry">Whether the clock of this machine is not to be believed.</param>
internal sealed record BundlePolicy(string Path, IReadOnlyList<VerificationKey> Keys, bool IgnoresExpiry)
{
    private const int Longest = 1 << 20; // bytes
    private const string Variable = "NODEFORGE_BUNDLE_POLICY";
    private const string KeysKey = "keys";
    private const string ExpiryKey = "expiry";

    /// <param name="path">What was asked for; null takes that of the variable, or of the user's configuration where there is one.</param>
    /// <returns>Null where nothing is asked of bundles.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundlePolicyInvalid"/>, and what a key is refused for.</exception>
    public static BundlePolicy? Find(HostEnvironment host, string? path)
    {
        if ((path ?? host.Variable(Variable)) is { } named)
            return Read(host.Resolve(named));
        string usual = host.Resolve(
            System.IO.Path.Combine(
                host.Variable("XDG_CONFIG_HOME") ?? System.IO.Path.Combine(host.Home, ".config"),
                "nodeforge",
                "bundle-policy.yaml"
            )
        );
        return File.Exists(usual) ? Read(usual) : null;
    }

    private static BundlePolicy Read(string path)
    {
        byte[] bytes = RegularFile.ReadSmall(path, Longest, length => Invalid(path, "the policy is longer than any", $"{length} bytes"));
        using StreamReader reader = new(new MemoryStream(bytes));
        string text = reader.ReadToEnd();
        if (Parse(text, path) is not JsonObject policy)
            throw Invalid(path, "the policy is no mapping", null);
        if (policy.FirstOrDefault(pair => pair.Key is not (KeysKey or ExpiryKey)).Key is { } unknown)
            throw Invalid(path, "the policy has a key that is not known", Printable.Escape(unknown));
        string expiry = policy[ExpiryKey]?.ToString() ?? "enforce";
        if (expiry is not ("enforce" or "ignore"))
            throw Invalid(path, "expiry is neither enforced nor ignored", Printable.Escape(expiry));
        string[] keys = policy[KeysKey] is JsonArray { Count: > 0 } listed ? [.. listed.Select(key => key?.ToString() ?? "")] : [];
        if (keys.Length == 0 || keys.Any(key => key.Length == 0))
            throw Invalid(path, "the policy trusts no key", null);
        string folder = System.IO.Path.GetDirectoryName(path)!;
        return new(path, [.. keys.Select(key => VerificationKey.Read(System.IO.Path.GetFullPath(key, folder)))], expiry == "ignore");
    }

    private static JsonNode? Parse(string text, string path)
    {
        try
        {
            return YamlDocument.Read(text);
        }
        catch (NodeForgeException wrong)
        {
            throw Invalid(path, "the policy is no YAML", wrong.Diagnostics[0].What);
        }
    }

    private static NodeForgeException Invalid(string path, string what, string? got) =>
        new(
            new Diagnostic(ErrorCodes.BundlePolicyInvalid, what)
            {
                Where = new(path),
                Got = got,
                Want = "keys, a list of public keys, and expiry: enforce or ignore",
                Hint = ErrorCodes.BundlePolicyInvalid.Remedy,
            }
        );
}
