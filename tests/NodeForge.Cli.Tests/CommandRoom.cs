using NodeForge.Cli.Commands;
using NodeForge.Cli.Rendering;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;
using NodeForge.Recipes.Reading;

namespace NodeForge.Cli.Tests;

/// <summary>Runs commands in this process, with recipes and a cache in a folder of their own.</summary>
internal sealed class CommandRoom : IDisposable
{
    public CommandRoom()
    {
        Folder = Directory.CreateTempSubdirectory("nodeforge-cli-").FullName;
        Write("tree/etc/motd", "hello\n");
        Write(
            "app.yaml",
            """
            apiVersion: nodeforge.dev/v1alpha1
            kind: ContainerImage
            name: app
            platforms: [linux/amd64]
            tags: ["example.com/app:1"]
            files:
              - {tree: tree, path: /}
              - {path: /etc/os, content: "none"}
            """
        );
        Write(
            "node.yaml",
            """
            apiVersion: nodeforge.dev/v1alpha1
            kind: NodeImage
            name: node-${version}
            platforms: [linux/amd64]
            parameters: {version: v1.20.2}
            base: {image: "docker://registry.example.com/base:1"}
            kubernetes:
              version: ${version}
              release: https://releases.example.com/{version}/server-{architecture}.tar.gz
            images:
              - {recipe: app.yaml}
              - {kubeadm: false}
            files:
              - {tree: tree, path: /}
            """
        );
    }

    public string Folder { get; }

    public string this[string name] => Path.Combine(Folder, name);

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
    }

    /// <summary>Locks a recipe by hand: what is asked for is empty.</summary>
    public Task LockAsync(string name, IReadOnlyDictionary<string, string>? parameters = null) => LockAsync(name, parameters, []);

    /// <summary>The same, with sources for every part.</summary>
    public Task LockWithAsync(string name, params LockedSource[] sources) => LockAsync(name, null, sources);

    private async Task LockAsync(string name, IReadOnlyDictionary<string, string>? parameters, LockedSource[] sources)
    {
        Recipe recipe = RecipeReader.Read(this[name], parameters);
        RecipeLockFile.Write(
            RecipeLockFile.DefaultPath(this[name]),
            new RecipeLock
            {
                Recipe = await RecipeDigest.ComputeAsync(recipe, CancellationToken.None),
                Epoch = 1_700_000_000,
                Parts =
                [
                    .. LockedParts
                        .All(recipe)
                        .Select(part => new LockedPart
                        {
                            Recipe = LockedParts.NameOf(recipe, part),
                            Platform = "linux/amd64",
                            Sources = sources,
                        }),
                ],
            }
        );
    }

    /// <summary>Runs a command that remembers what it has to in this room.</summary>
    public Task<CommandRun> RunAsync(params string[] args) =>
        RunAsync(terminal: false, Host(_ => null).With("NODEFORGE_STATE", this["state"]), [.. args, "--cache", this["cache"]]);

    public static Task<CommandRun> RunAsync(bool terminal, Func<string, string?> variable, params string[] args) =>
        RunAsync(terminal, Host(variable), args);

    public static async Task<CommandRun> RunAsync(bool terminal, HostEnvironment host, params string[] args)
    {
        StringWriter output = new();
        StringWriter error = new();
        using Interruption interruption = new();
        int exit = await CommandTree.RunAsync(args, new FrontEnd(host, new Terminal(output, error, terminal, host.Variable), interruption));
        return new(exit, output.ToString(), error.ToString());
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static HostEnvironment Host(Func<string, string?> variable) =>
        new[] { "NO_COLOR", "TERM", "CI" }.Aggregate(HostEnvironment.FromProcess(), (known, name) => known.With(name, variable(name)));
}

internal sealed record CommandRun(int Exit, string Out, string Error);
