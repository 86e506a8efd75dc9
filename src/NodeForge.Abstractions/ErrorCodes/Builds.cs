namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode MSBuildTooOld = new(
        "NF9200",
        ExitCode.Environment,
        "MSBuild is older than the tasks of NodeForge.MSBuild can work with.",
        "Build with a newer .NET SDK (or Visual Studio); the message names the version that is wanted."
    );

    public static readonly ErrorCode BuildOutputShared = new(
        "NF9201",
        ExitCode.Usage,
        "Two items of a project would write their images to one place.",
        "Give one of the NodeForgeRecipe items another Output."
    );

    public static readonly ErrorCode BuildItem = new(
        "NF9202",
        ExitCode.Usage,
        "An item of a project says something that a build of images cannot use.",
        "Mend the item's metadata, which the message names; docs/msbuild.md has all of them."
    );

    public static readonly ErrorCode PreloadNotForRecipe = new(
        "NF9203",
        ExitCode.Usage,
        "An image is handed in to be preloaded by an image that preloads none.",
        "Hand images to recipes of kind NodeImage; other kinds take files."
    );
}
