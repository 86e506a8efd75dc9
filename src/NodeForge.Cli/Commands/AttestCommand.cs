using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Oci.Transports;

namespace NodeForge.Cli.Commands;

/// <summary><c>attest</c>: what an image was made from, what is in it, and that nothing lacks, as signed statements beside it.</summary>
internal sealed class AttestCommand : ForgeCommand
{
    private readonly SigningArguments arguments;
    private readonly Option<FileInfo?> recipe = new("--recipe")
    {
        Description = "Attest the provenance: the recipe is built again from its lock and the cache, and has to make this image.",
        HelpName = "FILE",
    };
    private readonly Option<bool> closure = new("--closure")
    {
        Description = "Attest that a node image has every image that a cluster can ask for; it has to be sound.",
    };
    private readonly Option<bool> spdx = new("--spdx") { Description = "Attest what it is made of, as SPDX 2.3." };
    private readonly Option<bool> cycloneDx = new("--cyclonedx") { Description = "Attest what it is made of, as CycloneDX 1.6." };
    private readonly Option<FileInfo?> predicate = new("--predicate")
    {
        Description = "Attest what a file says: one JSON object.",
        HelpName = "FILE",
    };
    private readonly Option<string?> type = new("--type") { Description = "The type of that predicate.", HelpName = "URI" };
    private readonly RecipeOptions options;

    public AttestCommand(FrontEnd front)
        : base(front, "attest", "Attest things of an image with a key: provenance, closure, bill of materials, or what a file says.")
    {
        arguments = new(this);
        Add(recipe);
        options = new(this);
        Add(closure);
        Add(spdx);
        Add(cycloneDx);
        Add(predicate);
        Add(type);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        (ImageTransport image, string key) = arguments.Read(parsed);
        AttestRequest request = new(image, key)
        {
            Recipe = parsed.GetValue(recipe) is { } file ? options.Read(parsed, file) : null,
            Closure = parsed.GetValue(closure),
            Spdx = parsed.GetValue(spdx),
            CycloneDx = parsed.GetValue(cycloneDx),
            PredicateFile = parsed.GetValue(predicate)?.FullName,
            PredicateType = parsed.GetValue(type),
        };
        if (request.PredicateFile is null != request.PredicateType is null)
            throw Usage("a predicate of one's own has a file and a type", "give --predicate FILE and --type URI");
        if (request is { Recipe: null, Closure: false, Spdx: false, CycloneDx: false, PredicateFile: null })
            throw Usage(
                "it is not said what is to be attested",
                "add --recipe FILE, --closure, --spdx, --cyclonedx, or --predicate FILE --type URI"
            );
        return new(AttestedDocument.Of(await forge.AttestAsync(request, cancellationToken)));
    }

    private static NodeForgeException Usage(string what, string hint) =>
        new(new Diagnostic(ErrorCodes.InvalidCommandLine, what) { Hint = hint });
}
