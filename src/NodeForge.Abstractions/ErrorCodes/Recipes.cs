namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode RecipeNotReadable = new(
        "NF1001",
        ExitCode.Usage,
        "A recipe cannot be opened or is not text.",
        "Check the path and its rights; a recipe is a UTF-8 file."
    );

    public static readonly ErrorCode RecipeTooLarge = new(
        "NF1002",
        ExitCode.Usage,
        "A recipe is larger, deeper or longer than any recipe has to be.",
        "Make it smaller; the message names the limit. Aliases count as what they stand for."
    );

    public static readonly ErrorCode RecipeNotYaml = new(
        "NF1003",
        ExitCode.Usage,
        "A recipe is not YAML, or uses a part of YAML that recipes do without: several documents, tags, keys that are not strings.",
        "Fix the text at the position; indent with spaces."
    );

    public static readonly ErrorCode RecipeUnknownKey = new(
        "NF1004",
        ExitCode.Usage,
        "A key is not known at its place.",
        "Use one of the keys that the message lists; the pages in docs/recipes have them all."
    );

    public static readonly ErrorCode RecipeDuplicateKey = new(
        "NF1005",
        ExitCode.Usage,
        "A key is given twice in one mapping.",
        "Keep one of the two."
    );

    public static readonly ErrorCode RecipeWrongType = new(
        "NF1006",
        ExitCode.Usage,
        "A value is of another type than its key asks for; what stands unquoted may be read as a number, a truth value or nothing.",
        "Write the type that the message asks for; put quotes around text that looks like a number."
    );

    public static readonly ErrorCode RecipeMissingKey = new(
        "NF1007",
        ExitCode.Usage,
        "A key that must be there is not.",
        "Add it; the pages in docs/recipes say what belongs there."
    );

    public static readonly ErrorCode RecipeUnknownKind = new(
        "NF1008",
        ExitCode.Usage,
        "A file's apiVersion or kind is not one that this NodeForge knows.",
        "Write apiVersion: nodeforge.dev/v1alpha1 and one of the kinds BaseImage, ContainerImage, KubernetesBuild, NodeImage."
    );

    public static readonly ErrorCode RecipeInvalidValue = new(
        "NF1009",
        ExitCode.Usage,
        "A value does not have the form that its key asks for.",
        "Write it in the form that the message shows."
    );

    public static readonly ErrorCode RecipeChoice = new(
        "NF1010",
        ExitCode.Usage,
        "Of several keys exactly one must be given, and none or more than one is.",
        "Keep one of the keys that the message lists."
    );

    public static readonly ErrorCode RecipeVersion = new(
        "NF1011",
        ExitCode.Usage,
        "A Kubernetes version is not a full version with its leading v, or two places that must agree name different ones.",
        "Write it as Kubernetes does, quoted: \"v1.20.2\"."
    );

    public static readonly ErrorCode RecipePath = new(
        "NF1012",
        ExitCode.Usage,
        "A local file or folder that a recipe names is not there, or is of another kind.",
        "Paths are relative to the folder of the recipe that names them; correct the path or make the file."
    );

    public static readonly ErrorCode RecipeIncludeCycle = new(
        "NF1013",
        ExitCode.Usage,
        "A recipe includes itself, directly or through others.",
        "Break the chain that the message shows."
    );

    public static readonly ErrorCode RecipeIncludeKind = new(
        "NF1014",
        ExitCode.Usage,
        "An included recipe does not fit: it is of another kind, or cannot be made at that place.",
        "Name a recipe of the kind that the message asks for."
    );

    public static readonly ErrorCode RecipePlatform = new(
        "NF1015",
        ExitCode.Usage,
        "A platform is not one that images can be made for, or an included recipe lacks a platform of the one that includes it.",
        "Write linux/amd64 or linux/arm64; add the platform to the included recipe or leave it out of this one."
    );

    public static readonly ErrorCode RecipeParameter = new(
        "NF1016",
        ExitCode.Usage,
        "A parameter is used but not declared, set but not declared, or declared but not used.",
        "Declare it with its default under parameters:, and write a literal ${ as $${."
    );

    public static readonly ErrorCode RecipeDuplicateItem = new(
        "NF1017",
        ExitCode.Usage,
        "Something is listed twice, or two items claim the same name.",
        "Keep one of the two."
    );

    public static readonly ErrorCode RecipeImageReference = new(
        "NF1018",
        ExitCode.Usage,
        "An image is not named by a transport and a reference that can be resolved the same way everywhere.",
        "Write docker://HOST/NAME:TAG, oci:DIR, oci-archive:FILE or docker-archive:FILE."
    );

    public static readonly ErrorCode RecipeUrl = new(
        "NF1019",
        ExitCode.Usage,
        "A URL is not one that can be fetched.",
        "Write an absolute http or https URL without a user name; placeholders are {version} and {architecture}."
    );

    public static readonly ErrorCode RecipeMode = new(
        "NF1020",
        ExitCode.Usage,
        "A file's mode or owner is not in the form that leaves no doubt.",
        "Write the mode as a quoted octal string, mode: \"0755\", and the owner as numbers, owner: \"0:0\"."
    );

    public static readonly ErrorCode RecipeUnit = new(
        "NF1021",
        ExitCode.Usage,
        "A systemd unit's name is not valid, or a unit is asked to be in two states at once.",
        "Write the whole name, containerd.service, in one of the lists."
    );

    public static readonly ErrorCode LockMissing = new(
        "NF2001",
        ExitCode.Usage,
        "A recipe has no lock file.",
        "Run nodeforge lock RECIPE once, and keep the file beside the recipe."
    );

    public static readonly ErrorCode LockStale = new(
        "NF2002",
        ExitCode.Verification,
        "A lock file was made from another state of the recipe, of a recipe it includes, of a local file or of the parameters.",
        "Run nodeforge lock RECIPE, or undo the change."
    );

    public static readonly ErrorCode LockIncomplete = new(
        "NF2003",
        ExitCode.Verification,
        "A lock file lacks a recipe or a platform that the build needs.",
        "Run nodeforge lock RECIPE."
    );

    public static readonly ErrorCode LockNotValid = new(
        "NF2004",
        ExitCode.Usage,
        "A lock file is damaged or was edited into something that NodeForge never writes.",
        "Take the file from version control again, or remove it and run nodeforge lock RECIPE."
    );

    public static readonly ErrorCode LockSchema = new(
        "NF2005",
        ExitCode.Usage,
        "A lock file has a schema version that this NodeForge does not know.",
        "Use the NodeForge that wrote it, or run nodeforge lock RECIPE with this one."
    );

    public static readonly ErrorCode LockMoved = new(
        "NF2006",
        ExitCode.Verification,
        "Resolving the recipe again gives something else than the lock file has.",
        "Accept it with nodeforge lock RECIPE, or keep the lock: it still builds what it names."
    );
}
