using System.CommandLine;
using NodeForge.Cli.Rendering;
using NodeForge.Clusters;
using NodeForge.Clusters.Images;

namespace NodeForge.Cli.Commands;

/// <summary><c>load image</c> and <c>load image-archive</c>.</summary>
internal static class LoadCommand
{
    public static Command Create(Terminal terminal, Interruption interruption) => new("load", "Bring images into a cluster's nodes.")
    {
        Verb("image", "NAME", "Load images that the engine has; only what a node lacks is sent.", "The images, as docker images shows them.", (work, cluster, nodes, names, cancellation) => work.LoadAsync(cluster, nodes, names, cancellation), terminal, interruption, "docker-image"),
        Verb("image-archive", "FILE", "Load images out of archives and layouts; only what a node lacks is sent.", "What docker save or skopeo copy wrote, compressed or not; or oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:REF].", (work, cluster, nodes, files, cancellation) => work.LoadArchivesAsync(cluster, nodes, files, cancellation), terminal, interruption, null),
    };

    private static Command Verb(string verb, string argument, string description, string of, Func<ClusterProvider, string, IReadOnlyList<string>, IReadOnlyList<string>, CancellationToken, Task<IReadOnlyList<LoadedImage>>> load, Terminal terminal, Interruption interruption, string? alias)
    {
        Argument<string[]> images = new(argument) { Description = of, Arity = ArgumentArity.OneOrMore };
        Option<string?> name = ClusterOptions.Name();
        Option<string[]> nodes = ClusterOptions.Nodes();
        Command command = new(verb, description) { images, name, nodes };
        if (alias is not null)
            command.Aliases.Add(alias);
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            LoadDocument document = LoadDocument.Of(await load(forge.Clusters, ClusterOptions.NameOf(parsed, name), ClusterOptions.NodesOf(parsed, nodes), parsed.GetRequiredValue(images), cancellation));
            return new(document.ToText(), document.ToJson());
        }));
        return command;
    }
}
