using NodeForge.Oci.Layers;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>Every ELF file is for the image's platform, and the loader that it names is there.</summary>
internal sealed class ArchitectureCheck : ImageCheck
{
    private const int Executable = 0x49; // 0111
    private const int MostFindings = 100;

    public override string Group => "programs";

    public override string Name => "architecture";

    protected override void Run(ExaminedImage image, Findings findings)
    {
        int programs = 0;
        int told = 0;
        foreach (RootfsEntry entry in image.Entries)
        {
            if (entry.Content is not FileFacts { Elf: { } elf } || NodeFiles.IsOfPreloaded(entry.Header.Path))
                continue;
            programs++;
            if (told >= MostFindings)
                continue;
            if (!elf.RunsOn(image.Image.Platform))
            {
                told++;
                findings.Add(
                    new(ErrorCodes.ProgramForeign, $"'{Path.GetFileName(entry.Header.Path)}' is for another architecture than the image")
                    {
                        Where = image.Where(entry),
                        Got = elf.Architecture,
                        Want = image.Image.Platform.Architecture,
                    }
                );
            }
            else if (elf.Interpreter is { } loader && (entry.Header.Mode & Executable) != 0 && image.At(loader) is null)
            {
                told++;
                findings.Add(
                    new(
                        ErrorCodes.ProgramInterpreterMissing,
                        $"'{Path.GetFileName(entry.Header.Path)}' asks for a loader that is not in the image"
                    )
                    {
                        Where = image.Where(entry),
                        Got = loader,
                    }
                );
            }
        }

        findings.Summary = $"{programs} ELF files for {image.Image.Platform}";
    }
}
