using System.CommandLine;
using NodeForge.Cli.Rendering;

namespace NodeForge.Cli.Commands;

/// <summary><c>build base-image</c>, <c>node-image</c>, <c>container-image</c> and <c>kubernetes</c>.</summary>
internal static class BuildCommand
{
    public static Command Create(Terminal terminal, Interruption interruption) =>
        new("build", "Make what a recipe describes.")
        {
            Image("base-image", "Make a base image: a configured Debian without Kubernetes.", "BaseImage", terminal, interruption),
            Image("node-image", "Make a Kubernetes node image.", "NodeImage", terminal, interruption),
            Image("container-image", "Make a container image out of packages and files.", "ContainerImage", terminal, interruption),
            Kubernetes(terminal, interruption),
        };

    private static Command Image(string name, string description, string kind, Terminal terminal, Interruption interruption)
    {
        RecipeArguments recipe = new();
        Option<string[]> output = new("--output")
        {
            Description = "Where the image goes: oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE[:REF], docker-daemon:REF, docker://REF. May be given again.",
            HelpName = "TRANSPORT",
        };
        Option<string> compression = new("--compression") { Description = "How layers are written: none, gzip or zstd.", DefaultValueFactory = _ => "none", HelpName = "none|gzip|zstd" };
        compression.AcceptOnlyFromAmong("none", "gzip", "zstd");
        Option<string?> tag = new("--tag", "-t") { Description = "What the image is called in outputs that do not say (default: nodeforge/NAME).", HelpName = "REF" };
        Command command = new(name, description) { output, compression, tag, GlobalOptions.Offline };
        recipe.AddTo(command);
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            BuildRequest request = new(recipe.Read(parsed), kind)
            {
                Outputs = parsed.GetValue(output) ?? [],
                Compression = parsed.GetValue(compression)!,
                Tag = parsed.GetValue(tag),
                Offline = parsed.GetValue(GlobalOptions.Offline),
            };
            BuildDocument document = BuildDocument.Of(await forge.BuildAsync(request, cancellation));
            return new(document.ToText(), document.ToJson());
        }));
        return command;
    }

    private static Command Kubernetes(Terminal terminal, Interruption interruption)
    {
        RecipeArguments recipe = new();
        Option<FileInfo?> output = new("--output") { Description = "Write the server tarball here; compressed when the name ends in .gz.", HelpName = "FILE" };
        Command command = new("kubernetes", "Compile Kubernetes and put it together as a server tarball.") { output, GlobalOptions.Offline };
        recipe.AddTo(command);
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            TarballOutcome outcome = await forge.BuildAsync(new TarballRequest(recipe.Read(parsed)) { File = parsed.GetValue(output)?.FullName, Offline = parsed.GetValue(GlobalOptions.Offline) }, cancellation);
            return new(Page.Of($"{outcome.Digest}  {outcome.File ?? "in the cache"}"), $$"""{"schemaVersion":1,"digest":"{{outcome.Digest}}","size":{{outcome.Size}}}""");
        }));
        return command;
    }
}
