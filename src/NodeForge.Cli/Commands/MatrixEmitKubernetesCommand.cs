using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Kubernetes;
using NodeForge.Matrices.Emission;

namespace NodeForge.Cli.Commands;

/// <summary><c>matrix emit kubernetes</c>: Jobs for any cluster.</summary>
internal sealed class MatrixEmitKubernetesCommand : ForgeCommand
{
    private readonly Argument<FileInfo> file = MatrixArgument.Create();
    private readonly Option<DirectoryInfo> output = new("--output")
    {
        Description = "The folder that the manifests and their kustomization are written to.",
        HelpName = "DIR",
        Required = true,
    };
    private readonly Option<string> image = new("--image")
    {
        Description = "The image of the pods: one that has nodeforge and tar.",
        HelpName = "REF",
        Required = true,
    };
    private readonly Option<string> cache = new("--shared-cache")
    {
        Description = "Where the Jobs leave finished work and find each other's: docker://HOST/REPOSITORY.",
        HelpName = "REPOSITORY",
        Required = true,
    };
    private readonly Option<string[]> push = new("--push")
    {
        Description = "Where each image goes instead of the matrix's outputs: docker://HOST/REPOSITORY:{image}. May be given again.",
        HelpName = "TRANSPORT",
    };
    private readonly Option<string> version = new("--kubernetes")
    {
        Description = "The cluster's version; Jobs are Indexed from v1.22 on, and one for each cell before.",
        HelpName = "VERSION",
        DefaultValueFactory = _ => "v1.36.0",
    };
    private readonly Option<string> space = new("--namespace")
    {
        Description = "The namespace that is made for the Jobs.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "nodeforge",
    };
    private readonly Option<int> parallelism = new("--parallelism")
    {
        Description = "How many cells are built at a time, where the Job is Indexed.",
        HelpName = "N",
        DefaultValueFactory = _ => 3,
    };
    private readonly Option<string[]> variables = new("--env")
    {
        Description = "A variable of the pods: a mirror, a proxy. May be given again.",
        HelpName = "NAME=VALUE",
    };
    private readonly Option<string?> secret = new("--registry-secret")
    {
        Description = "A Secret of the type kubernetes.io/dockerconfigjson, for the pods' image and what they push.",
        HelpName = "NAME",
    };
    private readonly Option<FileInfo?> authorities = new("--registry-ca")
    {
        Description = "Certificates in PEM that the pods trust beside their image's own: of a registry with an authority of its own.",
        HelpName = "FILE",
    };

    public MatrixEmitKubernetesCommand(FrontEnd front)
        : base(front, "kubernetes", "Write Jobs that build a matrix in a cluster, under Pod Security's profile restricted.")
    {
        Add(file);
        foreach (Option option in (Option[])[output, image, cache, push, version, space, parallelism, variables, secret, authorities])
            Add(option);
        Check(version, text => KubernetesVersion.TryParse(text, out _), "--kubernetes takes a whole version such as v1.36.0.");
        Check(space, IsLabel, "--namespace takes lower-case letters, digits and dashes, at most 63.");
        parallelism.Takes(1, 1000);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        ClusterTarget target = new(parsed.GetRequiredValue(image), parsed.GetRequiredValue(cache))
        {
            Namespace = parsed.GetRequiredValue(space),
            Version = KubernetesVersion.Parse(parsed.GetRequiredValue(version)),
            Parallelism = parsed.GetValue(parallelism),
            Environment = NamedValues.Parse("--env", parsed.GetValue(variables) ?? []),
            RegistrySecret = parsed.GetValue(secret),
            Outputs = parsed.GetValue(push) ?? [],
            Authorities = parsed.GetValue(authorities) is { } trusted ? Authorities.Read(trusted.FullName) : null,
        };
        return new(
            new MatrixEmitDocument(
                await forge.Matrices.EmitAsync(
                    parsed.GetRequiredValue(file).FullName,
                    target,
                    parsed.GetRequiredValue(output).FullName,
                    cancellationToken
                )
            )
        );
    }

    private static bool IsLabel(string text) =>
        text.Length is > 0 and < 64
        && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')
        && text[0] != '-'
        && text[^1] != '-';

    private static void Check(Option<string> option, Func<string, bool> fits, string otherwise) =>
        option.Validators.Add(result =>
        {
            if (result.GetValue(option) is { } text && !fits(text))
                result.AddError(otherwise);
        });
}
