using NodeForge.Files;
using NodeForge.Oci.Content;

namespace NodeForge.Kubernetes.Kubeconfigs;

/// <summary>Where a kubeconfig's path leads to, and whether what lies there can be replaced.</summary>
internal static class KubeconfigPlace
{
    /// <summary>The file that is to change; its folder is made where it is missing. A link stays a link: what it points to is what changes,
    /// there or not yet there.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PathNotUsable"/>: something else than a file is there, or a file that may
    /// not be written or replaced.</exception>
    public static string Find(string path)
    {
        string target = AtomicFile.Guard(path, () => Resolve(path));
        LocalKind kind = LocalPath.KindOf(target, follow: false);
        if (kind is not (LocalKind.Missing or LocalKind.File))
            throw Unusable(target, "this cannot be a kubeconfig", LocalPath.Describe(kind), "name a file with --kubeconfig or KUBECONFIG");
        AtomicFile.Guard(target, () => Directory.CreateDirectory(Path.GetDirectoryName(target)!));
        if (kind == LocalKind.File)
            CheckReplaceable(target);
        return target;
    }

    private static string Resolve(string path) =>
        new FileInfo(path).LinkTarget is null ? Path.GetFullPath(path) : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;

    // Replacing asks the folder alone; a file that its owner or the system has made read-only is not to change all the same.
    private static void CheckReplaceable(string target)
    {
        AtomicFile.Guard(
            target,
            () =>
            {
                using FileStream writable = new(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                return 0;
            }
        );
        if (LocalPath.IsMountRoot(target))
            throw Unusable(
                target,
                "the kubeconfig is a mount of its own, which cannot be replaced whole",
                "a mounted file",
                "mount its folder instead, or write elsewhere with --kubeconfig"
            );
    }

    private static NodeForgeException Unusable(string path, string what, string got, string hint) =>
        new(
            new Diagnostic(ErrorCodes.PathNotUsable, what)
            {
                Where = new(path),
                Got = got,
                Want = "a file, or nothing yet",
                Hint = hint,
            }
        );
}
