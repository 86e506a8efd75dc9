using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Oci.Transports;

namespace NodeForge.Cli.Commands;

/// <summary><c>build base-image</c>, <c>node-image</c> and <c>container-image</c>.</summary>
internal sealed class BuildImageCommand : ForgeCommand
{
    private readonly string kind;
    private readonly RecipeArguments recipe;

    private readonly Option<string[]> output = new("--output")
    {
        Description = $"Where the image goes: {ImageTransport.Syntax}. May be given again.",
        HelpName = "TRANSPORT",
    };

    private readonly Option<string> compression = CompressionOption.Create();

    private readonly Option<string?> tag = new("--tag", "-t")
    {
        Description = "What the image is called in outputs that do not say (default: nodeforge/NAME).",
        HelpName = "REF",
    };

    private readonly Option<bool> allowOpen = new("--allow-open-closure")
    {
        Description = "Make the image though clusters can ask for images that it has not; it says so in its record.",
    };

    private readonly CacheOptions cache = new();

    public BuildImageCommand(FrontEnd front, string name, string description, string kind)
        : base(front, name, description)
    {
        this.kind = kind;
        Add(output);
        Add(compression);
        Add(tag);
        if (kind == "NodeImage")
            Add(allowOpen);
        cache.AddTo(this);
        Add(GlobalOptions.Offline);
        recipe = new(this);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        BuildRequest request = new(recipe.Read(parsed), kind)
        {
            Outputs = parsed.GetValue(output) ?? [],
            Compression = parsed.GetValue(compression)!,
            Tag = parsed.GetValue(tag),
            Cache = cache.Read(parsed),
            AllowOpenClosure = kind == "NodeImage" && parsed.GetValue(allowOpen),
            Offline = parsed.GetValue(GlobalOptions.Offline),
        };
        return new(BuildDocument.Of(await forge.BuildAsync(request, cancellationToken)));
    }
}
