using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using NodeForge.Files;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Recipes.Files;

namespace NodeForge.Recipes;

/// <summary>The digest over a recipe with everything it includes: what a lock file was made from.</summary>
/// <remarks>
/// It covers the bytes of every recipe, the parameters in effect, and every local file and tree: relative names, kinds, the owner's execute
/// bit,
/// what links say and, where they are followed, what is behind them, contents. Where the checkout lies, the umask, times, owners and the
/// order in which a folder gives its entries have no part in
/// it: recipes and inputs come in the order in which the text names them, entries of a tree by their names' bytes. A blob of an image
/// layout
/// counts by its name, which is the digest of its bytes: who takes an image from there checks that it is.
/// </remarks>
public static class RecipeDigest
{
    // Raised when the form below changes: old locks are stale then, never wrong.
    private const string Form = "nodeforge recipe digest 1";

    /// <summary>Reads every input once, as a stream.</summary>
    /// <exception cref="NodeForgeException">A file cannot be read (NF9005), or is nothing that an image can be made of
    /// (NF1012).</exception>
    public static async Task<Digest> ComputeAsync(Recipe recipe, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Form);
        await AppendRecipeAsync(hash, recipe, cancellationToken).ConfigureAwait(false);
        return Digest.FromHash(hash.GetHashAndReset());
    }

    private static async Task AppendRecipeAsync(IncrementalHash hash, Recipe recipe, CancellationToken cancellationToken)
    {
        if (recipe.Content is { } content)
            AppendContent(hash, "recipe", Convert.FromHexString(content.Hex));
        else
            await AppendFileAsync(hash, "recipe", recipe.File, cancellationToken).ConfigureAwait(false);
        foreach ((string name, string value) in Parameters(recipe))
        {
            Append(hash, "parameter");
            Append(hash, name);
            Append(hash, value);
        }

        foreach (string input in recipe.LocalInputs)
            await AppendInputAsync(hash, input, IsLayout(recipe, input), IsRead(recipe, input), LeftOf(recipe, input), cancellationToken)
                .ConfigureAwait(false);
        foreach (Recipe include in recipe.Includes)
            await AppendRecipeAsync(hash, include, cancellationToken).ConfigureAwait(false);
        Append(hash, "end");
    }

    private static IEnumerable<KeyValuePair<string, string>> Parameters(Recipe recipe) =>
        recipe is NodeImageRecipe node ? node.Parameters.OrderBy(entry => entry.Key, StringComparer.Ordinal) : [];

    /// <summary>The digest over a tree of this machine, as it counts in a recipe's.</summary>
    /// <param name="path">A folder.</param>
    /// <param name="left">Names at its top that do not count.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Digest> OfTreeAsync(string path, IReadOnlyList<string> left, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Form);
        await AppendInputAsync(hash, path, layout: false, followed: false, left, cancellationToken).ConfigureAwait(false);
        return Digest.FromHash(hash.GetHashAndReset());
    }

    private static IReadOnlyList<string> LeftOf(Recipe recipe, string input) =>
        recipe is KubernetesBuildRecipe { Tree.Folder: { } folder } && folder == input ? SourceTree.Left : [];

    private static async Task AppendInputAsync(
        IncrementalHash hash,
        string path,
        bool layout,
        bool followed,
        IReadOnlyList<string> left,
        CancellationToken cancellationToken
    )
    {
        if (LocalPath.KindOf(path, follow: true) != LocalKind.Folder)
        {
            await AppendFileAsync(hash, "file", path, cancellationToken).ConfigureAwait(false);
            return;
        }

        Append(hash, "tree");
        foreach (TreeEntry entry in AtomicFile.Guard(path, () => LocalTree.Entries(path, left)))
        {
            Append(hash, entry.Name);
            if (entry.Kind == LocalKind.Folder)
                Append(hash, "folder");
            else if (entry.Kind == LocalKind.SymbolicLink)
                await AppendLinkAsync(hash, entry, followed && !(layout && IsBlob(entry)), cancellationToken).ConfigureAwait(false);
            else if (layout && IsBlob(entry))
                Append(hash, "blob");
            else
                await AppendFileAsync(hash, "file", entry.Path, cancellationToken).ConfigureAwait(false);
        }

        Append(hash, "end");
    }

    // Files that a recipe lays down keep their links as links; whoever takes an image from a layout, or programs from a folder, reads what
    // is behind them.
    private static async Task AppendLinkAsync(IncrementalHash hash, TreeEntry link, bool followed, CancellationToken cancellationToken)
    {
        Append(hash, "link " + new FileInfo(link.Path).LinkTarget);
        if (followed && LocalPath.KindOf(link.Path, follow: true) is not (LocalKind.Folder or LocalKind.Missing))
            await AppendFileAsync(hash, "file", link.Path, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsRead(Recipe recipe, string input) =>
        IsImage(recipe, input) || (recipe is NodeImageRecipe node && node.Kubernetes.Folder == input);

    private static bool IsImage(Recipe recipe, string input) =>
        recipe is NodeImageRecipe node
        && node.Images.Select(image => image.Image).Append(node.Base.Image).Any(image => image?.LocalPath == input);

    // A layout that is laid into the image as files is no image: nobody checks its blobs.
    private static bool IsLayout(Recipe recipe, string input) =>
        IsImage(recipe, input) && !((NodeImageRecipe)recipe).Contents.LocalInputs.Contains(input);

    private static bool IsBlob(TreeEntry entry) =>
        entry.Name.Split('/') is ["blobs", "sha256", { } name]
        && Digest.TryParse("sha256:" + name, out _)
        && entry.Kind != LocalKind.Folder;

    private static async Task AppendFileAsync(IncrementalHash hash, string role, string path, CancellationToken cancellationToken)
    {
        LocalTree.RefuseSpecial(path, LocalPath.KindOf(path, follow: true));
        string kind = LocalPath.IsExecutable(path) && role != "recipe" ? "program" : role;
        try
        {
            AppendContent(hash, kind, await Task.Run(() => DigestOf(path, cancellationToken), cancellationToken).ConfigureAwait(false));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Explain(path, failure);
        }
    }

    private static void AppendContent(IncrementalHash hash, string role, byte[] content)
    {
        Append(hash, role);
        hash.AppendData(content);
    }

    // Not SHA256.HashDataAsync: it reads 4096 bytes at a time, and a base image has hundreds of megabytes.
    private static byte[] DigestOf(string path, CancellationToken cancellationToken)
    {
        using FileStream content = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 18];
        for (int read = content.Read(buffer); read > 0; read = content.Read(buffer))
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(buffer.AsSpan(0, read));
        }

        return hash.GetHashAndReset();
    }

    // The length first: no two lists of texts run together into the same bytes.
    private static void Append(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
