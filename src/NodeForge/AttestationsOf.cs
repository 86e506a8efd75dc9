using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Recipes.Locks;
using NodeForge.Signing.Attaching;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Predicates;
using NodeForge.Verification;
using NodeForge.Verification.Sbom;

namespace NodeForge;

/// <summary>Turns what the rooms found out into what is attested; what does not hold is refused.</summary>
internal static class AttestationsOf
{
    private const int LongestPredicate = 3 << 20; // bytes; in base64 it has to stay under what readers take

    public static IEnumerable<MadeAttestation> Reports(IReadOnlyList<VerificationReport> reports, SignedImage image, AttestRequest request)
    {
        foreach (VerificationReport report in reports)
        {
            Descriptor document =
                image.Images.FirstOrDefault(platform => platform.Descriptor.Digest == report.Manifest)?.Descriptor
                ?? throw new NodeForgeException([.. report.Findings]);
            if (request.Closure)
                yield return new(document, PredicateTypes.Closure, Closure(report).ToJson());
            if (request.Spdx)
                yield return new(document, PredicateTypes.Spdx, JsonNode.Parse(SpdxDocument.Write(report))!.AsObject());
            if (request.CycloneDx)
                yield return new(document, PredicateTypes.CycloneDx, JsonNode.Parse(CycloneDxDocument.Write(report))!.AsObject());
        }
    }

    public static MadeAttestation Provenance(Image image, PlannedRecipe planned, ImagePlan plan, RecipeRequest request)
    {
        Provenance provenance = new(
            Path.GetFileName(planned.Recipe.File),
            planned.Lock.Recipe,
            Digest.Of(RegularFile.ReadSmall(planned.LockPath, int.MaxValue / 2, _ => throw new InvalidOperationException())),
            plan.Digest,
            planned.Recipe.GetType().Name[..^"Recipe".Length],
            plan.Platform,
            plan.Epoch,
            request.Parameters,
            [.. plan.Parts.SelectMany(part => part.Sources).Select(Dependency)],
            image.Id,
            image.Config.RootFs.DiffIds
        );
        return new(image.Descriptor, PredicateTypes.Provenance, provenance.ToJson());
    }

    public static NodeForgeException OtherImage(Image built, SignedImage image, PlannedRecipe planned) =>
        new(
            new Diagnostic(ErrorCodes.ProvenanceOfOtherImage, $"the recipe makes another image for {built.Platform}")
            {
                Where = new(planned.Recipe.File),
                Got = "image ID " + built.Id,
                Want = "image ID " + string.Join(" or ", image.Images.Select(known => known.Id)),
                Hint = ErrorCodes.ProvenanceOfOtherImage.Remedy,
            }
        );

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PredicateInvalid"/>.</exception>
    public static JsonObject ReadPredicate(string path)
    {
        byte[] bytes = RegularFile.ReadSmall(path, LongestPredicate, length => Invalid(path, $"{length} bytes"));
        try
        {
            // A node's texts are read when they are asked for, which is too late to say whose they are.
            Utf8JsonReader reader = new(bytes, new JsonReaderOptions { MaxDepth = 60 });
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                    _ = reader.GetString();
            }

            return JsonNode.Parse(bytes, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 60 })
                    as JsonObject
                ?? throw Invalid(path, "another JSON value");
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // the latter: half a surrogate pair
        {
            throw Invalid(path, wrong.Message);
        }
    }

    private static ClosurePredicate Closure(VerificationReport report)
    {
        if (report.Closure.Count == 0)
            throw Unsound(report, "only a node image has a closure", "no image that a cluster asks for");
        if (report.Findings.FirstOrDefault(finding => finding.Severity == Severity.Error) is { } finding)
            throw Unsound(report, "the closure of an image that is not sound is not attested", finding.ToString());
        return new(
            report.KubernetesVersion,
            [
                .. report
                    .Closure.Where(entry => entry is { State: ClosureState.Complete, ImageId: not null })
                    .Select(entry => new AttestedReference(entry.Reference, entry.AskedBy, entry.ImageId!.Value, entry.Size)),
            ]
        );
    }

    private static ResolvedDependency Dependency(LockedSource source) =>
        source switch
        {
            LockedPackage package => new(
                package.Name,
                $"pkg:deb/debian/{Uri.EscapeDataString(package.Name)}@{Uri.EscapeDataString(package.Version)}?arch={package.Architecture}",
                package.Digest
            ),
            LockedFile { Url: { } url } file => new(file.Name, url, file.Digest),
            LockedFile file => new(file.Name, $"debian:{file.Suite}/{file.Path}", file.Digest),
            LockedImage image => new(image.Reference, image.Reference, image.Digest),
            _ => new(source.Called(), source.Called(), source.Digest),
        };

    private static NodeForgeException Unsound(VerificationReport report, string what, string got) =>
        new(
            new Diagnostic(ErrorCodes.ImageNotSound, what)
            {
                Where = new(report.Image, Detail: report.Manifest?.ToString()),
                Got = got,
                Hint = ErrorCodes.ImageNotSound.Remedy,
            }
        );

    private static NodeForgeException Invalid(string path, string got) =>
        new(
            new Diagnostic(ErrorCodes.PredicateInvalid, "the file is no predicate")
            {
                Where = new(path),
                Got = got,
                Want = $"one JSON object of up to {LongestPredicate} bytes",
                Hint = ErrorCodes.PredicateInvalid.Remedy,
            }
        );
}
