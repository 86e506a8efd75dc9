using NodeForge.Bundles.Registries;
using NodeForge.Cli.Rendering;
using NodeForge.Oci;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>bundle serve</c> prints once it answers.</summary>
internal sealed record ServedBundleDocument(string Address, IReadOnlyList<string> Images) : Document
{
    public static ServedBundleDocument Of(ServedBundle served) => new(served.Address, [.. served.Images.SelectMany(image => image.Names)]);

    public override Page ToText()
    {
        Page text = new();
        foreach (string image in Images)
            text.Line(image);
        return text.Line($"served at {Address}, until it is stopped");
    }
}

/// <summary>What <c>bundle push</c> prints.</summary>
internal sealed record BundlePushDocument(string Pushed, string Digest) : Document
{
    public static BundlePushDocument Of(ImageReference pushed) => new($"docker://{pushed}", pushed.Digest.ToString()!);

    public override Page ToText() => new Page().Line(Pushed);
}

/// <summary>What <c>bundle pull</c> prints.</summary>
internal sealed record BundlePullDocument(string Pulled, string Set, IReadOnlyList<string> Files) : Document
{
    public static BundlePullDocument Of(PulledBundle pulled) => new($"docker://{pulled.Reference}", pulled.Set.ToString(), pulled.Files);

    public override Page ToText()
    {
        Page text = new Page().Line(Pulled);
        foreach (string file in Files)
            text.Line("  " + file);
        return text;
    }
}
