using System.Text.RegularExpressions;
using NodeForge.Documents.Yaml;
using NodeForge.Recipes.Reading;

namespace NodeForge.Recipes.Locks;

/// <summary>The forms of what a lock says beside what recipes say too.</summary>
internal static partial class LockGrammar
{
    /// <summary>Debian policy 5.6.12, "[epoch:]upstream_version[-debian_revision]".</summary>
    public static readonly Grammar Version = Of(DebianVersion(), "a version of Debian such as 1:1.4.7-1+b2");

    /// <summary>Debian policy 11.1.</summary>
    public static readonly Grammar Architecture = Of(DebianArchitecture(), "an architecture of Debian such as amd64");

    public static readonly Grammar PoolPath = Of(ArchivePath(), "a path below pool/ of letters, digits and + . ~ _ : % = @ , ^ -");

    /// <summary>A recipe's word for a file, or a file of a Debian source package (policy 5.6.21).</summary>
    public static readonly Grammar FileName = Of(
        SingleName(),
        "a single file name of letters, digits and + . ~ _ -, a letter or digit first"
    );

    /// <summary>RFC 6838, section 4.2.</summary>
    public static readonly Grammar MediaType = Of(TypeAndSubtype(), "a media type such as application/vnd.oci.image.manifest.v1+json");

    private static Grammar Of(Regex form, string want) => new(form, want, ErrorCodes.LockNotValid);

    [GeneratedRegex(@"\A(?=.{1,255}\z)(?:[0-9]{1,10}:)?[0-9][A-Za-z0-9+.~:-]*\z")]
    private static partial Regex DebianVersion();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,62}\z")]
    private static partial Regex DebianArchitecture();

    [GeneratedRegex(@"\A(?=.{1,1024}\z)[A-Za-z0-9][A-Za-z0-9+.~_:%=@,^-]*(?:/[A-Za-z0-9][A-Za-z0-9+.~_:%=@,^-]*)*\z")]
    private static partial Regex ArchivePath();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9+.~_-]{0,254}\z")]
    private static partial Regex SingleName();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\z")]
    private static partial Regex TypeAndSubtype();
}
