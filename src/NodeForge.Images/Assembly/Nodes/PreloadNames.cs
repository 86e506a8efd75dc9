using System.Diagnostics.CodeAnalysis;
using NodeForge.Oci;

namespace NodeForge.Images.Assembly.Nodes;

/// <summary>Whether each image to preload can be asked for, and is alone in answering: known before any layer is written, however the
/// images are to lie in the node.</summary>
internal static class PreloadNames
{
    private const int LongestName = 255; // containerd 1 counts the registry (its reference/docker, Parse), 2 the repository alone

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PreloadNameRefused"/> and <see cref="ErrorCodes.PreloadNamesCollide"/>,
    /// one for each name.</exception>
    public static void Require(IReadOnlyList<NodePreload> preloads)
    {
        List<Diagnostic> problems = [];
        Dictionary<string, NodePreload> owners = new(StringComparer.Ordinal);
        foreach (NodePreload preload in preloads)
        {
            if (preload.References.Count == 0)
                problems.Add(
                    Problem(ErrorCodes.PreloadNameRefused, preload, "an image to be preloaded has no name that a node could ask for") with
                    {
                        Hint = "give it 'tags' in the recipe",
                    }
                );
            foreach (string text in preload.References)
            {
                if (!ImageReference.TryParse(text, out ImageReference? reference, out string? problem) || TooLong(reference, out problem))
                    problems.Add(
                        Problem(
                            ErrorCodes.PreloadNameRefused,
                            preload,
                            "an image to be preloaded has a name that containerd would refuse: " + problem
                        ) with
                        {
                            Got = Printable.Escape(text),
                        }
                    );
                else if (
                    !owners.TryAdd(reference.ContainerdName, preload)
                    && owners[reference.ContainerdName] is var owner
                    && owner.Image.Descriptor.Digest != preload.Image.Descriptor.Digest
                )
                    problems.Add(
                        Problem(
                            ErrorCodes.PreloadNamesCollide,
                            preload,
                            $"two images to be preloaded are called {reference.ContainerdName}; the other is {owner.Origin}"
                        ) with
                        {
                            Got = preload.Image.Descriptor.Digest.ToString(),
                            Want = owner.Image.Descriptor.Digest.ToString(),
                        }
                    );
            }
        }

        if (problems.Count > 0)
            throw new NodeForgeException(problems);
    }

    private static bool TooLong(ImageReference reference, [NotNullWhen(true)] out string? problem)
    {
        problem =
            reference.Registry.Length + 1 + reference.Repository.Length > LongestName
                ? $"registry and repository have more than {LongestName} characters together"
                : null;
        return problem is not null;
    }

    private static Diagnostic Problem(ErrorCode code, NodePreload preload, string what) =>
        new(code, what) { Where = new(preload.Origin, Detail: preload.Image.Descriptor.Digest.ToString()), Hint = code.Remedy };
}
