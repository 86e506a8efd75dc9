using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Bundles.Reading;
using NodeForge.Clusters.Creation;
using NodeForge.Images;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Judging;
using NodeForge.Signing.Keys;
using NodeForge.Signing.Predicates;

namespace NodeForge;

/// <summary>The check of a bundle that is to be used here: told to whoever listens, with what it was on.</summary>
/// <param name="host">Has the clock, the policy and the folder in which is remembered what was installed.</param>
/// <param name="request">What the caller asks for.</param>
internal sealed class BundleTrust(HostEnvironment host, BundleTrustRequest request, IForgeReporter reporter)
{
    private const int LongestSignature = 4 << 20; // bytes
    private const int LongestMark = 1 << 10; // bytes
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly BundlePolicy? policy = BundlePolicy.Find(host, request.Policy);

    /// <summary>Checks a bundle, or says that nothing is asked of it.</summary>
    /// <param name="bundle">Whole, or a delta.</param>
    /// <param name="isStep">Whether it is on the way to another one, which alone is installed.</param>
    /// <returns>What is to be remembered once it is installed; null where nothing was checked.</returns>
    /// <exception cref="NodeForgeException">NF6480 to NF6484.</exception>
    public BundlePredicate? Check(BundleFile bundle, bool isStep = false) => Check(bundle.Place, bundle.IndexDigest, isStep);

    private BundlePredicate? Check(string place, Digest index, bool isStep)
    {
        using ForgeStep step = reporter.Step($"check the signature of {place}");
        if (policy is null)
        {
            step.Finish("no policy asks for one");
            return null;
        }

        (BundlePredicate said, VerificationKey by) = BundleJudge.Verify(place, index, SignatureOf(place), policy.Keys);
        Diagnostic[] objections = isStep ? [] : [.. BundleJudge.Objections(place, said, host.Clock.GetUtcNow(), Installed(said.Series))];
        Diagnostic[] standing = [.. objections.Where(objection => !IsAllowed(objection, policy))];
        if (standing.Length > 0)
            throw new NodeForgeException(standing);
        string passed = string.Concat(objections.Select(objection => $"; {objection.What}, which is allowed"));
        step.Finish($"{said.Series} {said.Sequence.ToString(CultureInfo.InvariantCulture)}, index {index}, by {by.Name}{passed}");
        return said;
    }

    private bool IsAllowed(Diagnostic objection, BundlePolicy asked) =>
        objection.Code == ErrorCodes.BundleExpired ? asked.IgnoresExpiry : request.AllowOlder;

    /// <summary>What stands against a bundle of which every byte was read.</summary>
    public IReadOnlyList<Diagnostic> ProblemsOf(BundleReport report)
    {
        try
        {
            Check(report.Place, report.IndexDigest, isStep: false);
            return [];
        }
        catch (NodeForgeException refused)
        {
            return refused.Diagnostics;
        }
    }

    /// <summary>Remembers what was installed, so that nothing older is taken for new. Whoever installs at the same time waits.</summary>
    public async Task RememberAsync(BundlePredicate? said, CancellationToken cancellationToken)
    {
        // Marks only grow: what is there already needs no lock, and no right to write.
        if (said is null || IsRemembered(said))
            return;
        using DigestLock held = await DigestLock
            .TakeAsync(MarkOf(said.Series) + ".lock", Patience, host.Clock, Waiting, cancellationToken)
            .ConfigureAwait(false);
        if (IsRemembered(said))
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
    public static bool IsAbout(string place, Digest index) => SaidBeside(place)?.Index == index;

    /// <summary>Removes the signature of a bundle that had the name before: this one would count as changed.</summary>
    public static void RemoveOther(string place, Digest index)
    {
        if (SaidBeside(place) is { } said && said.Index != index && said.Installs != index)
            File.Delete(place + BundleJudge.FileSuffix);
    }

    // Null where there is no signature, or nothing that can be read as one.
    private static BundlePredicate? SaidBeside(string place)
    {
        try
        {
            return SignatureOf(place) is { } bytes
                ? BundlePredicate.Read(SigstoreBundle.Read(bytes, new(place)).Envelope.Payload, new(place))
                : null;
        }
        catch (NodeForgeException)
        {
            return null;
        }
    }

    private bool IsRemembered(BundlePredicate said) => Installed(said.Series) is { } before && before.Sequence >= said.Sequence;

    private void Waiting(string holder)
    {
        using ForgeStep step = reporter.Step($"wait for {holder}, which remembers a bundle");
        step.Finish();
    }

    private string MarkOf(string series) => Path.Combine(StateFolder.Of(host), "bundles", series + ".json");

    // One that cannot be read is no reason to take anything: it is told, and whoever knows better removes it.
    private InstalledBundle? Installed(string series)
    {
        string path = MarkOf(series);
        if (!File.Exists(path))
            return null;
        byte[] text = RegularFile.ReadSmall(path, LongestMark, length => Unreadable(path, $"{length} bytes"));
        return ReadMark(text) ?? throw Unreadable(path, Printable.Escape(System.Text.Encoding.UTF8.GetString(text)));
    }

    private static NodeForgeException Unreadable(string path, string got) =>
        new(
            new Diagnostic(ErrorCodes.BundleOlder, "it cannot be read which bundle was installed")
            {
                Where = new(path),
                Got = got,
                Hint = "remove the file where you know that the bundle is newer than what was installed",
            }
        );

    private static InstalledBundle? ReadMark(byte[] text)
    {
        try
        {
            using JsonDocument mark = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return
                mark.RootElement is { ValueKind: JsonValueKind.Object } said
                && said.TryGetProperty("sequence", out JsonElement number)
                && number.ValueKind == JsonValueKind.Number
                && number.TryGetInt64(out long sequence)
                && said.TryGetProperty("index", out JsonElement named)
                && named.ValueKind == JsonValueKind.String
                && Digest.TryParse(named.GetString(), out Digest index)
                ? new(sequence, index)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
