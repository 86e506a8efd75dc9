using System.Text;
using NodeForge.Oci.Layers;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Debian.Bootstrap;

/// <summary>Compares dpkg's own record with the lock: a package that came or stayed away unasked is an error, not a surprise.</summary>
internal static class RootfsPackages
{
    public static void Check(IReadOnlyList<LayerEntry> entries, LockedPart part)
    {
        LayerContent status =
            entries.FirstOrDefault(entry => entry.Header.Path == "var/lib/dpkg/status")?.Content
            ?? throw NotAsLocked("no dpkg status", "the status of the locked packages");
        HashSet<string> installed = Installed(status);
        HashSet<string> locked = [.. part.Packages.Select(package => $"{package.Name} {package.Version}")];
        string[] extra = [.. installed.Except(locked).Order(StringComparer.Ordinal)];
        string[] missing = [.. locked.Except(installed).Order(StringComparer.Ordinal)];
        if (extra.Length > 0 || missing.Length > 0)
            throw NotAsLocked($"also {Names(extra)}; without {Names(missing)}", "exactly the locked packages, configured");
    }

    private static string Names(string[] packages) => packages.Length == 0 ? "none" : string.Join(", ", packages.Take(10));

    private static HashSet<string> Installed(LayerContent status)
    {
        using Stream content = status.Open();
        using StreamReader reader = new(content, Encoding.UTF8);
        HashSet<string> installed = [];
        string name = "";
        bool configured = false;
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("Package: ", StringComparison.Ordinal))
                name = line[9..];
            else if (line.StartsWith("Status: ", StringComparison.Ordinal))
                configured = line == "Status: install ok installed";
            else if (line.StartsWith("Version: ", StringComparison.Ordinal) && configured)
                installed.Add($"{name} {line[9..]}");
        }

        return installed;
    }

    private static NodeForgeException NotAsLocked(string got, string want) =>
        new(
            new Diagnostic(ErrorCodes.RootfsNotAsLocked, "the configured root file system differs from the lock")
            {
                Got = got,
                Want = want,
                Hint = "run 'nodeforge lock RECIPE' again",
            }
        );
}
