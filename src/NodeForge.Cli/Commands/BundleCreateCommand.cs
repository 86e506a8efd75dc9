using System.CommandLine;
using NodeForge.Bundles.Writing;
using NodeForge.Cli.Documents;
using NodeForge.Images.Debian;
using NodeForge.Oci;
using NodeForge.Oci.Transports;

namespace NodeForge.Cli.Commands;

/// <summary><c>bundle create</c>: images and files, one file.</summary>
internal sealed class BundleCreateCommand : ForgeCommand
{
    private readonly Argument<string[]> images = new("IMAGE")
    {
        Description = $"Node images: {ImageTransport.Syntax}. One that lacks an image that a cluster asks for is refused.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<FileInfo?> output = new("--output")
    {
        Description = "The bundle; with --volume-size what its volumes are called before .001.",
        HelpName = "FILE",
    };
    private readonly Option<string[]> others = new("--image")
    {
        Description = "Another image, as for IMAGE; nothing is asked of it. May be given again.",
        HelpName = "IMAGE",
    };
    private readonly Option<string[]> files = new("--file")
    {
        Description = "A file to carry: a manifest, kubectl, a signature. May be given again.",
        HelpName = "PATH",
    };
    private readonly Option<FileInfo?> cluster = new("--cluster-file")
    {
        Description = "The cluster file that create cluster --bundle takes.",
        HelpName = "FILE",
    };
    private readonly Option<string[]> platforms = new("--platform")
    {
        Description = "These platforms only (default: all that are there). May be given again.",
        HelpName = "OS/ARCH",
    };
    private readonly Option<string?> volumeSize = new("--volume-size")
    {
        Description = "Split the bundle into volumes of at most so many bytes: 700MB, 4GiB.",
        HelpName = "SIZE",
    };
    private readonly Option<int> level = new("--level")
    {
        Description = "How hard zstd tries, 1 to 19.",
        HelpName = "N",
        DefaultValueFactory = _ => 3,
    };
    private readonly Option<bool> smallest = new("--smallest")
    {
        Description = "Level 19, in pieces of 61 MiB instead of 4: takes many times as long, and on both sides the memory for such pieces.",
    };
    private readonly Option<FileInfo?> there = new("--base")
    {
        Description = "A bundle that the far side has, or its inventory: write a delta, which carries what it lacks.",
        HelpName = "FILE",
    };
    private readonly Option<bool> dryRun = new("--dry-run")
    {
        Description = "List what would be in it, with sizes and reasons, and write nothing.",
    };

    public BundleCreateCommand(FrontEnd front)
        : base(front, "create", "Pack node images, other images and files into one bundle; each blob once, the same bytes every time.")
    {
        Add(images);
        Add(output);
        Add(others);
        Add(files);
        Add(cluster);
        Add(platforms);
        Add(volumeSize);
        Add(level);
        Add(smallest);
        Add(there);
        Add(dryRun);
        level.Takes(1, 19);
        Validators.Add(result =>
        {
            if (result.GetValue(smallest) && result.GetResult(level) is { Implicit: false })
                result.AddError("--smallest is a level of its own: leave --level out.");
            if (!result.GetValue(dryRun) && result.GetValue(output) is null)
                result.AddError("--output FILE says where the bundle goes, or --dry-run that nothing is written.");
        });
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        BundleRequest request = new([.. parsed.GetRequiredValue(images).Select(ImageTransport.Parse)])
        {
            Output = parsed.GetValue(dryRun) ? null : parsed.GetValue(output)!.FullName,
            Others = [.. (parsed.GetValue(others) ?? []).Select(ImageTransport.Parse)],
            Files = parsed.GetValue(files) ?? [],
            ClusterFile = parsed.GetValue(cluster)?.FullName,
            Platforms = [.. (parsed.GetValue(platforms) ?? []).Select(ReadPlatform)],
            Base = parsed.GetValue(there)?.FullName,
            Options = (parsed.GetValue(smallest) ? BundleOptions.Smallest : new() { Level = parsed.GetValue(level) }) with
            {
                VolumeSize = parsed.GetValue(volumeSize) is { } size ? VolumeSize.Parse(size) : 0,
            },
        };
        return new(BundleDocument.Of(await forge.Bundles.CreateAsync(request, cancellationToken)));
    }

    // A system alone is this machine's, as docker has it.
    private static Platform ReadPlatform(string text) =>
        Platform.TryParse(
            text.Equals("linux", StringComparison.OrdinalIgnoreCase) ? $"linux/{DebianArchitecture.OfThisMachine}" : text,
            out Platform? platform
        )
            ? platform
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.InvalidCommandLine, "this is no platform")
                {
                    Got = text,
                    Want = "os/architecture[/variant]",
                    Hint = "write --platform linux/amd64",
                }
            );
}
