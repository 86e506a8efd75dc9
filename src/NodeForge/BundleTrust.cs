using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Bundles.Reading;
using NodeForge.Clusters.Creation;
using NodeForge.Documents.Yaml;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Judging;
using NodeForge.Signing.Keys;
using NodeForge.Signing.Predicates;

namespace NodeForge;

/// <summary>What a machine asks of bundles before it takes anything from them: a policy, and what was installed before.</summary>
/// <param name="Path">The policy's file.</param>
/// <param name="Keys">Any of them has to have signed.</param>
/// <param name="IgnoresExpiry">Whether the clock of this machine is not to be believed.</param>
internal sealed record BundlePolicy(string Path, IReadOnlyList<VerificationKey> Keys, bool IgnoresExpiry)
{
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
        string text = AtomicFile.Guard(path, () => File.ReadAllText(path));
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

/// <summary>The check of a bundle that is to be used here: told to whoever listens, with what it was on.</summary>
/// <param name="host">Has the clock, the policy and the folder in which is remembered what was installed.</param>
/// <param name="request">What the caller asks for.</param>
internal sealed class BundleTrust(HostEnvironment host, BundleTrustRequest request, IForgeReporter reporter)
{
    private const int LongestSignature = 4 << 20;
    private readonly BundlePolicy? policy = BundlePolicy.Find(host, request.Policy);

    /// <summary>Checks a bundle, or says that nothing is asked of it.</summary>
    /// <param name="bundle">Whole, or a delta.</param>
    /// <param name="isStep">Whether it is on the way to another one, which alone is installed.</param>
    /// <returns>What is to be remembered once it is installed; null where nothing was checked.</returns>
    /// <exception cref="NodeForgeException">NF6480 to NF6484.</exception>
    public BundlePredicate? Check(BundleFile bundle, bool isStep = false)
    {
        using ForgeStep step = reporter.Step($"check the signature of {bundle.Place}");
        if (policy is null)
        {
            step.Finish("no policy asks for one");
            return null;
        }

        (BundlePredicate said, VerificationKey by) = BundleJudge.Verify(
            bundle.Place,
            bundle.IndexDigest,
            SignatureOf(bundle.Place),
            policy.Keys
        );
        Diagnostic[] objections = isStep
            ? []
            : [.. BundleJudge.Objections(bundle.Place, said, host.Clock.GetUtcNow(), Installed(said.Series))];
        Diagnostic[] standing = [.. objections.Where(objection => !IsAllowed(objection, policy))];
        if (standing.Length > 0)
            throw new NodeForgeException(standing);
        string passed = string.Concat(objections.Select(objection => $"; {objection.What}, which is allowed"));
        step.Finish(
            $"{said.Series} {said.Sequence.ToString(CultureInfo.InvariantCulture)}, index {bundle.IndexDigest}, by {by.Name}{passed}"
        );
        return said;
    }

    private bool IsAllowed(Diagnostic objection, BundlePolicy asked) =>
        objection.Code == ErrorCodes.BundleExpired ? asked.IgnoresExpiry : request.AllowOlder;

    /// <summary>What stands against a bundle, for a report.</summary>
    public IReadOnlyList<Diagnostic> ProblemsOf(BundleFile bundle)
    {
        try
        {
            Check(bundle);
            return [];
        }
        catch (NodeForgeException refused)
        {
            return refused.Diagnostics;
        }
    }

    /// <summary>Remembers what was installed, so that nothing older is taken for new.</summary>
    public void Remember(BundlePredicate? said)
    {
        if (said is null || (Installed(said.Series) is { } before && before.Sequence >= said.Sequence))
            return;
        JsonObject mark = new() { ["sequence"] = said.Sequence, ["index"] = said.Installs.ToString() };
        AtomicFile.WriteAllBytes(MarkOf(said.Series), System.Text.Encoding.UTF8.GetBytes(mark.ToJsonString() + "\n"));
    }

    /// <summary>The signature beside a bundle; null where there is none.</summary>
    public static byte[]? SignatureOf(string place)
    {
        string path = place + BundleJudge.FileSuffix;
        if (!File.Exists(path))
            return null;
        using FileStream file = RegularFile.Open(path);
        byte[] bytes = new byte[Math.Min(file.Length, LongestSignature)];
        return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    /// <summary>Whether what lies beside a bundle is about it, whoever signed it.</summary>
    public static bool IsAbout(string place, Digest index)
    {
        try
        {
            return SignatureOf(place) is { } bytes
                && BundlePredicate.Read(SigstoreBundle.Read(bytes, new(place)).Envelope.Payload, new(place)).Index == index;
        }
        catch (NodeForgeException)
        {
            return false;
        }
    }

    private string MarkOf(string series) => Path.Combine(StateFolder.Of(host), "bundles", series + ".json");

    // One that cannot be read is no reason to take anything: it is told, and whoever knows better removes it.
    private InstalledBundle? Installed(string series)
    {
        string path = MarkOf(series);
        if (!File.Exists(path))
            return null;
        string text = AtomicFile.Guard(path, () => File.ReadAllText(path));
        return ReadMark(text)
            ?? throw new NodeForgeException(
                new Diagnostic(ErrorCodes.BundleOlder, "it cannot be read which bundle was installed")
                {
                    Where = new(path),
                    Got = Printable.Escape(text),
                    Hint = "remove the file where you know that the bundle is newer than what was installed",
                }
            );
    }

    private static InstalledBundle? ReadMark(string text)
    {
        try
        {
            return
                JsonNode.Parse(text) is JsonObject mark
                && mark["sequence"] is JsonValue number
                && number.TryGetValue(out long sequence)
                && Digest.TryParse(mark["index"]?.ToString(), out Digest index)
                ? new(sequence, index)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
