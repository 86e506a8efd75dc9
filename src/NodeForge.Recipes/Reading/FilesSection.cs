using System.Globalization;
using System.Text.RegularExpressions;
using NodeForge.Documents;
using NodeForge.Documents.Yaml;
using NodeForge.Files;
using NodeForge.Recipes.Files;

namespace NodeForge.Recipes.Reading;

/// <summary>The <c>files:</c> of the kinds.</summary>
internal static partial class FilesSection
{
    private static readonly string[] What = ["tree", "source", "content", "symlink", "directory", "kubernetesBinary"];
    private static readonly string[] Keys = ["path", .. What, "mode", "owner"];

    /// <param name="recipe">The mapping that has <c>files</c>.</param>
    /// <param name="binaries">Whether files may come from a Kubernetes build.</param>
    public static IReadOnlyList<FileSource> Read(Fields recipe, bool binaries)
    {
        List<FileSource> files = [];
        foreach (YamlNode item in recipe.Items("files"))
        {
            if (item is not YamlMapping mapping)
                recipe.File.WrongType(item, "an item of files", "a mapping such as {path: /etc/motd, source: motd}");
            else if (One(new Fields(recipe.File, mapping, "files", Keys), binaries) is { } file)
                files.Add(file);
        }

        return files;
    }

    private static FileSource? One(Fields fields, bool binaries)
    {
        string path = fields.Required("path", RecipeGrammar.ImagePath);
        int? mode = Mode(fields);
        (int uid, int gid) = Owner(fields);
        string? what = fields.ExactlyOne(What);
        if (what is "tree" or "symlink" && fields["mode"] is { } at)
            fields.File.Report(
                ErrorCodes.RecipeMode,
                at,
                $"a {what} takes no mode",
                hint: what == "tree"
                    ? "files of a tree are 0755 if executable, else 0644; list one with a mode after the tree"
                    : "links have no rights of their own; leave it out"
            );
        if (path == "/" && what is not "tree" and not null)
            fields.File.Report(
                ErrorCodes.RecipeInvalidValue,
                fields["path"]!,
                "only a tree can be laid over /",
                hint: "name the file's own path"
            );
        FileSource? file = what is null
            ? null
            : Source(
                fields,
                what,
                new FileSource
                {
                    Path = path,
                    Kind = default,
                    Mode = mode,
                    Uid = uid,
                    Gid = gid,
                }
            );
        if (file?.Kind == FileSourceKind.KubernetesBinary && !binaries)
            fields.File.Report(
                ErrorCodes.RecipeInvalidValue,
                fields["kubernetesBinary"]!,
                "only images that a KubernetesBuild includes hold its programs",
                hint: "leave it out; a node image has the programs of its kubernetes: anyway"
            );
        return file;
    }

    private static FileSource? Source(Fields fields, string what, FileSource file)
    {
        switch (what)
        {
            case "tree":
                return file with { Kind = FileSourceKind.Tree, Source = LocalInput.Resolve(fields, what, LocalKind.Folder) };
            case "source":
                return file with { Kind = FileSourceKind.File, Source = LocalInput.Resolve(fields, what, LocalKind.File) };
            case "content":
                return file with { Kind = FileSourceKind.Content, Content = fields.Optional(what) };
            case "symlink":
                return file with { Kind = FileSourceKind.SymbolicLink, Target = LinkTarget(fields) };
            case "kubernetesBinary":
                return file with
                {
                    Kind = FileSourceKind.KubernetesBinary,
                    KubernetesBinary = fields.Optional(what, RecipeGrammar.Program),
                };
            default:
                if (!fields.Flag(what, otherwise: false))
                    fields.File.Report(
                        ErrorCodes.RecipeInvalidValue,
                        fields[what]!,
                        "directory is either true or not there",
                        hint: "write directory: true"
                    );
                return file with { Kind = FileSourceKind.Directory };
        }
    }

    private static string? LinkTarget(Fields fields)
    {
        string? target = fields.Optional("symlink");
        if (target is "" || target?.Any(char.IsControl) == true)
            fields.File.Report(
                ErrorCodes.RecipeInvalidValue,
                fields["symlink"]!,
                "symlink is no path",
                got: Quoted.Short(target),
                want: "what the link says, such as ../libexec/iptables"
            );
        return target;
    }

    // 0755 is the number 755 to YAML 1.2 and 493 to YAML 1.1: only a string means the same to everybody.
    private static int? Mode(Fields fields)
    {
        if (fields["mode"] is not { } node)
            return null;
        if (node is YamlScalar { Type: ScalarType.Integer } number)
        {
            string octal = number.Text.TrimStart('0', 'o').PadLeft(4, '0');
            fields.File.Report(
                ErrorCodes.RecipeMode,
                node,
                $"mode was read as {number.Description}, not as octal",
                hint: $"quote it: \"{(Octal().IsMatch(octal) ? octal : "0755")}\""
            );
            return null;
        }

        if (fields.File.Text(node, "mode", "a string, octal: \"0755\"") is not { } text)
            return null;
        if (Octal().IsMatch(text))
            return Convert.ToInt32(text, 8);
        fields.File.Report(
            ErrorCodes.RecipeMode,
            node,
            "mode is not octal",
            got: Quoted.Short(text),
            want: "three or four octal digits, \"0755\""
        );
        return null;
    }

    private static (int Uid, int Gid) Owner(Fields fields)
    {
        if (fields["owner"] is not { } node)
            return (0, 0);
        if (
            (node is YamlScalar { Type: ScalarType.Integer } number ? number.Text : fields.File.Text(node, "owner", "a string, UID:GID"))
            is not { } text
        )
            return (0, 0);
        if (OwnerForm().Match(text) is { Success: true } match && Id(match.Groups["uid"]) is { } uid && Id(match.Groups["gid"]) is { } gid)
            return (uid, gid);
        fields.File.Report(
            ErrorCodes.RecipeMode,
            node,
            "owner is not a pair of numbers",
            got: Quoted.Short(text),
            want: "UID:GID such as \"0:0\"; names differ between machines and images"
        );
        return (0, 0);
    }

    private static int? Id(Group digits) =>
        int.TryParse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;

    [GeneratedRegex(@"\A[0-7]{3,4}\z")]
    private static partial Regex Octal();

    [GeneratedRegex(@"\A(?<uid>[0-9]+):(?<gid>[0-9]+)\z")]
    private static partial Regex OwnerForm();
}
