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
/// <param name="Signed">Whether its signature came with it.</param>
/// <param name="Delta">Null for a whole bundle.</param>
internal sealed record BundlePullDocument(string Pulled, string Set, IReadOnlyList<string> Files, bool Signed, PulledDeltaItem? Delta)
    : Document
{
    public static BundlePullDocument Of(PulledBundle pulled) =>
        new(
            $"docker://{pulled.Reference}",
            pulled.Set.ToString(),
            pulled.Files,
            pulled.Signature is not null,
            pulled.Delta is { } delta ? new(delta.Base.ToString(), delta.Index.ToString()) : null
        );

    public override Page ToText()
    {
        Page text = new Page().Line(Pulled);
        foreach (string file in Files)
            text.Line("  " + file);
        if (Signed)
            text.Line("its signature lies beside it");
        return Delta is null
            ? text
            : text.Line($"a delta: with the bundle of index {Delta.Base}").Line($"it makes the one of index {Delta.Makes}");
    }
}

/// <param name="Base">The index of the bundle that it is of.</param>
/// <param name="Makes">The index of the bundle that it makes.</param>
internal sealed record PulledDeltaItem(string Base, string Makes);
