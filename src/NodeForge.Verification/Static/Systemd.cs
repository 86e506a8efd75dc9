using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>The units of an image as systemd would find them (systemd.unit(5), "Unit File Load Path"; /run is empty in an image).</summary>
internal sealed class Systemd(ExaminedImage image)
{
    private const string Own = "etc/systemd/system/";
    private static readonly string[] Folders = [Own, "usr/local/lib/systemd/system/", "usr/lib/systemd/system/"];

    /// <summary>What is started without anybody asking: links below <c>*.wants</c> and <c>*.requires</c> of the image's own
    /// configuration.</summary>
    public IEnumerable<(string Unit, RootfsEntry Link)> Enabled() =>
        image
            .Below(Own)
            .Where(static entry => entry.Header.Kind == TarEntryKind.SymbolicLink && IsDependency(entry.Header.Path))
            .Select(static entry => (Path.GetFileName(entry.Header.Path), entry));

    /// <summary>The file of a unit; of its template for an instance. Null when there is none.</summary>
    public string? FileOf(string unit)
    {
        foreach (string name in new[] { unit, TemplateOf(unit) }.OfType<string>())
        {
            foreach (string folder in Folders)
            {
                if (image.Tree.Find(folder + name) is not null || image.At(folder + name) is not null)
                    return folder + name;
            }
        }

        return null;
    }

    /// <summary>Whether a unit is linked to nothing, so that nobody can start it.</summary>
    public bool IsMasked(string unit) =>
        FileOf(unit) is { } file && image.Tree.Find(file)?.Header is { Kind: TarEntryKind.SymbolicLink, LinkTarget: "/dev/null" };

    /// <summary>What a unit starts, drop-ins applied: the values of its Exec settings in their order.</summary>
    public IReadOnlyList<UnitCommand> CommandsOf(string unit)
    {
        if (FileOf(unit) is not { } file || IsMasked(unit))
            return [];
        UnitCommands commands = new();
        commands.Read(file, image.Text(file));
        foreach (string dropIn in DropInsOf(unit))
            commands.Read(dropIn, image.Text(dropIn));
        return commands.All;
    }

    // A file of one name in a folder of higher rank replaces the other; all are read in the order of their names.
    private IEnumerable<string> DropInsOf(string unit) =>
        Folders
            .SelectMany(
                (folder, rank) =>
                    image.Below($"{folder}{unit}.d/").Select(entry => (entry.Header.Path, Name: Path.GetFileName(entry.Header.Path), rank))
            )
            .Where(static found => found.Name.EndsWith(".conf", StringComparison.Ordinal))
            .GroupBy(static found => found.Name, StringComparer.Ordinal)
            .OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(static group => group.MinBy(static found => found.rank).Path);

    private static bool IsDependency(string path)
    {
        string? folder = Path.GetDirectoryName(path);
        return folder is not null
            && (folder.EndsWith(".wants", StringComparison.Ordinal) || folder.EndsWith(".requires", StringComparison.Ordinal));
    }

    private static string? TemplateOf(string unit)
    {
        int at = unit.IndexOf('@', StringComparison.Ordinal);
        int dot = unit.LastIndexOf('.');
        return at > 0 && dot > at + 1 ? unit[..(at + 1)] + unit[dot..] : null;
    }
}

/// <param name="File">The unit file or drop-in that has the line.</param>
/// <param name="Setting">Its name: ExecStart, ExecStartPre and others.</param>
/// <param name="Line">1-based.</param>
/// <param name="Words">The command without its prefixes, split at blanks.</param>
/// <param name="MayFail">Whether systemd goes on when it fails (<c>-</c>).</param>
internal sealed record UnitCommand(string File, string Setting, int Line, IReadOnlyList<string> Words, bool MayFail)
{
    public string Program => Words[0];
}

/// <summary>Gathers Exec settings from a unit and its drop-ins: an empty value forgets what was before it.</summary>
internal sealed class UnitCommands
{
    private readonly List<UnitCommand> commands = [];

    public IReadOnlyList<UnitCommand> All => commands;

    public void Read(string file, string? text)
    {
        string section = "";
        string[] lines = (text ?? "").Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            int first = i;
            string line = lines[i].Trim();
            while (line.EndsWith('\\') && i + 1 < lines.Length)
                line = line[..^1] + " " + lines[++i].Trim();
            if (line.StartsWith('['))
                section = line;
            if (
                section == "[Service]"
                && line.StartsWith("Exec", StringComparison.Ordinal)
                && line.IndexOf('=', StringComparison.Ordinal) is > 0 and int equals
            )
                Add(file, line[..equals].Trim(), first + 1, line[(equals + 1)..].Trim());
        }
    }

    private void Add(string file, string setting, int line, string value)
    {
        if (value.Length == 0)
        {
            commands.RemoveAll(command => command.Setting == setting);
            return;
        }

        string command = value.TrimStart('@', '-', ':', '+', '!', '|');
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length > 0)
            commands.Add(new(file, setting, line, words, value[..^command.Length].Contains('-', StringComparison.Ordinal)));
    }
}
